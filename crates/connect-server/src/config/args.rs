//! The settings as flags and environment variables.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Parser, Subcommand};
use ipnet::IpNet;
use plaid_client::{Environment, Secret};
use serde_json::Value;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::link_options::{
    is_account_filters, is_appearance_mode, is_country_code, is_language, is_routing_number,
};
use super::settings::{Config, LinkConfig, PlaidConfig, Storage};

/// The longest name, in characters: Link shows "This Application" in place of a longer one.
const MAX_CLIENT_NAME: usize = 30;

/// The backend of Connect: creates Link tokens, exchanges public tokens, and keeps access tokens encrypted.
#[derive(Clone, Debug, Parser)]
#[command(name = "connect-server", version, args_override_self = true)]
pub struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The address to listen on.
    #[arg(long, env = "CONNECT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address on which Prometheus reads the measurements, at /metrics. It should not be reachable from outside.
    #[arg(long, env = "CONNECT_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// The URL at which browsers reach the backend, if it is behind a proxy. Register /oauth under it as a redirect URI in
    /// Plaid's dashboard.
    #[arg(long, env = "CONNECT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The URL of the database.
    #[arg(
        long,
        global = true,
        env = "CONNECT_DATABASE_URL",
        default_value = "sqlite:connect.db"
    )]
    pub(crate) database_url: String,
    /// The file with the keys that encrypt access tokens, mode 0600: 32 bytes in Base64 or hexadecimal, or a line with a number
    /// and such a key for each. It is created on the first run.
    #[arg(
        long,
        global = true,
        env = "CONNECT_VAULT_KEY_FILE",
        default_value = "connect-vault.key"
    )]
    pub(crate) vault_key_file: PathBuf,
    /// How users sign in: `demo` makes every browser a user of its own.
    #[arg(long, env = "CONNECT_AUTH", default_value = "demo")]
    auth: String,
    /// The directory of the built app.
    #[arg(long, env = "CONNECT_DIST", default_value = "dist")]
    dist: PathBuf,
    /// The environment at Plaid: `sandbox` or `production`.
    #[arg(long, env = "PLAID_ENV", default_value = "sandbox")]
    plaid_env: Environment,
    /// The client id from Plaid's dashboard.
    #[arg(long, env = "PLAID_CLIENT_ID")]
    plaid_client_id: Option<String>,
    /// The secret of the client id.
    #[arg(long, env = "PLAID_SECRET", hide_env_values = true)]
    plaid_secret: Option<String>,
    /// A file with the secret, instead of the secret itself.
    #[arg(long, env = "PLAID_SECRET_FILE")]
    plaid_secret_file: Option<PathBuf>,
    /// The URL of the API, if it is not Plaid's own.
    #[arg(long, env = "PLAID_BASE_URL", value_name = "URL")]
    plaid_base_url: Option<String>,
    /// The URL of Link's script.
    #[arg(
        long,
        env = "PLAID_LINK_SCRIPT_URL",
        value_name = "URL",
        default_value = "https://cdn.plaid.com/link/v2/stable/link-initialize.js"
    )]
    plaid_link_script_url: String,
    /// How many seconds a call to Plaid may take.
    #[arg(long, env = "PLAID_DEADLINE_SECONDS", default_value_t = 30)]
    plaid_deadline_seconds: u16,
    /// The name of the app that Link shows; at most 30 characters.
    #[arg(long, env = "CONNECT_CLIENT_NAME", default_value = "Connect")]
    client_name: String,
    /// The products to request, separated by commas.
    #[arg(
        long,
        env = "CONNECT_PRODUCTS",
        default_value = "transactions",
        value_delimiter = ','
    )]
    products: Vec<String>,
    /// The countries of the institutions, separated by commas.
    #[arg(
        long,
        env = "CONNECT_COUNTRY_CODES",
        default_value = "US",
        value_delimiter = ','
    )]
    country_codes: Vec<String>,
    /// The language of Link.
    #[arg(long, env = "CONNECT_LANGUAGE", default_value = "en")]
    language: String,
    /// The name of a Link customization from Plaid's dashboard.
    #[arg(long, env = "CONNECT_LINK_CUSTOMIZATION")]
    link_customization: Option<String>,
    /// Other customizations that a page may request by name, separated by commas.
    #[arg(long, env = "CONNECT_LINK_CUSTOMIZATIONS", value_delimiter = ',')]
    link_customizations: Vec<String>,
    /// The routing number of the institution that Link offers first.
    #[arg(long, env = "CONNECT_ROUTING_NUMBER")]
    routing_number: Option<String>,
    /// The appearance of Link: LIGHT, DARK or SYSTEM.
    #[arg(long, env = "CONNECT_APPEARANCE_MODE")]
    appearance_mode: Option<String>,
    /// The accounts that can be selected, as the JSON of Plaid's `account_filters`.
    #[arg(long, env = "CONNECT_ACCOUNT_FILTERS", value_name = "JSON")]
    account_filters: Option<String>,
    /// Creates a user at Plaid for each user who connects a bank, so that orphaned Items can be removed there. Only for a
    /// backend that shares its keys and users with no backend over another database: each would remove the other's Items.
    #[arg(long, env = "CONNECT_PLAID_USERS", value_parser = FalseyValueParser::new())]
    plaid_users: bool,
    /// How many seconds until Plaid is asked about a Link token whose result no browser has reported. Public tokens expire
    /// after 1800 seconds.
    #[arg(long, env = "CONNECT_RECONCILE_SECONDS", default_value_t = 1200)]
    reconcile_seconds: u16,
    /// How many requests a user may send per minute for which the backend calls Plaid; 0 for no limit.
    #[arg(long, env = "CONNECT_RATE_LIMIT", default_value_t = 300)]
    rate_limit: u32,
    /// How many requests an address may send per minute; 0 for no limit.
    #[arg(long, env = "CONNECT_ADDRESS_RATE_LIMIT", default_value_t = 6000)]
    address_rate_limit: u32,
    /// The networks of the proxies that name the client in X-Forwarded-For, separated by commas, or `none`. The addresses of
    /// these networks have no limit of their own.
    #[arg(
        long,
        env = "CONNECT_TRUSTED_PROXIES",
        default_value = "127.0.0.0/8,::1/128",
        value_delimiter = ','
    )]
    trusted_proxies: Vec<String>,
    /// How many connections may be open. The system's limit on open files may allow fewer.
    #[arg(long, env = "CONNECT_MAX_CONNECTIONS", default_value_t = 10_000)]
    max_connections: u16,
    /// How many calls to Plaid this process may make per minute; 0 for no limit. Jobs use at most half of them.
    #[arg(long, env = "CONNECT_PLAID_RATE_LIMIT", default_value_t = 1200)]
    plaid_rate_limit: u32,
    /// The log level, such as `warn` or `info`, or a filter such as `info,connect_server=debug`.
    #[arg(long, env = "CONNECT_LOG", default_value = "info")]
    log: String,
}

/// What the program does instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies the database to a new file, also while the backend runs. The copy does not contain the vault's keys: keep the key
    /// file elsewhere.
    Backup {
        /// The file to create.
        to: PathBuf,
    },
    /// Replaces the database by a backup. Stop the backend first.
    Restore {
        /// The file that `backup` has created.
        from: PathBuf,
        /// Replaces a database that has content. It is kept under another name.
        #[arg(long)]
        force: bool,
    },
    /// Changes the keys that encrypt access tokens, while the backend runs.
    #[command(subcommand)]
    Vault(VaultCommand),
}

/// A change of the vault's keys.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Adds a new key to the key file. The backend encrypts with it from then on, and re-encrypts what is stored.
    Rotate,
    /// Removes all keys but the newest from the key file, once nothing that is stored needs them.
    Retire,
}

impl Args {
    /// Returns where data is stored.
    #[must_use]
    pub fn storage(&self) -> Storage {
        Storage {
            database_url: self.database_url.clone(),
            vault_key_file: self.vault_key_file.clone(),
        }
    }
}

impl TryFrom<Args> for Config {
    type Error = ConfigError;

    fn try_from(args: Args) -> Result<Self, ConfigError> {
        if args.auth != "demo" {
            return Err(ConfigError::Auth(args.auth));
        }
        if !(1..=MAX_CLIENT_NAME).contains(&args.client_name.chars().count()) {
            return Err(ConfigError::ClientName);
        }
        if EnvFilter::try_new(&args.log).is_err() {
            return Err(ConfigError::Log(args.log));
        }
        let base_url = set(args.plaid_base_url);
        let base_url = base_url.unwrap_or_else(|| args.plaid_env.base_url().to_owned());
        Ok(Self {
            listen: args.listen,
            metrics_listen: args.metrics_listen,
            public_url: set(args.public_url)
                .map(|text| url("CONNECT_PUBLIC_URL", &text))
                .transpose()?,
            database_url: args.database_url,
            vault_key_file: args.vault_key_file,
            dist: args.dist,
            plaid: PlaidConfig {
                environment: args.plaid_env,
                client_id: key(
                    "PLAID_CLIENT_ID",
                    set(args.plaid_client_id).ok_or(ConfigError::ClientId)?,
                )?,
                secret: secret(set(args.plaid_secret), args.plaid_secret_file.as_deref())?,
                base_url: url("PLAID_BASE_URL", &base_url)?,
                link_script_url: url("PLAID_LINK_SCRIPT_URL", &args.plaid_link_script_url)?,
                deadline: Duration::from_secs(args.plaid_deadline_seconds.max(1).into()),
            },
            link: LinkConfig {
                client_name: args.client_name,
                products: list("CONNECT_PRODUCTS", &args.products)?,
                country_codes: country_codes(&args.country_codes)?,
                language: known(Some(args.language), is_language, ConfigError::Language)?
                    .unwrap_or_default(),
                customization_name: set(args.link_customization),
                customizations: args
                    .link_customizations
                    .iter()
                    .filter_map(|name| set(Some(name.trim().to_owned())))
                    .collect(),
                routing_number: known(
                    set(args.routing_number),
                    is_routing_number,
                    ConfigError::RoutingNumber,
                )?,
                appearance_mode: known(
                    set(args.appearance_mode),
                    is_appearance_mode,
                    ConfigError::AppearanceMode,
                )?,
                account_filters: account_filters(set(args.account_filters))?,
            },
            plaid_users: args.plaid_users,
            reconcile_every: Duration::from_secs(args.reconcile_seconds.max(1).into()),
            rate_limit: args.rate_limit,
            address_rate_limit: args.address_rate_limit,
            trusted_proxies: trusted_proxies(&args.trusted_proxies)?,
            max_connections: args.max_connections.max(1).into(),
            plaid_rate_limit: args.plaid_rate_limit,
            log: args.log,
        })
    }
}

/// Treats an empty variable as unset, and removes the spaces and line breaks around others.
fn set(value: Option<String>) -> Option<String> {
    let value = value.map(|value| value.trim().to_owned());
    value.filter(|value| !value.is_empty())
}

/// Checks a key that was copied from Plaid's dashboard.
fn key(variable: &'static str, value: String) -> Result<String, ConfigError> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(value)
    } else {
        Err(ConfigError::Key(variable))
    }
}

fn url(variable: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| ConfigError::Url {
            variable,
            text: text.to_owned(),
        })
}

fn account_filters(text: Option<String>) -> Result<Option<Value>, ConfigError> {
    let filters = text.map(|text| serde_json::from_str(&text)).transpose();
    match filters {
        Ok(filters) if filters.as_ref().is_none_or(is_account_filters) => Ok(filters),
        _ => Err(ConfigError::AccountFilters),
    }
}

fn list(variable: &'static str, values: &[String]) -> Result<Vec<String>, ConfigError> {
    let values: Vec<_> = values.iter().map(|value| value.trim().to_owned()).collect();
    if values.is_empty() || values.iter().any(String::is_empty) {
        return Err(ConfigError::List(variable));
    }
    Ok(values)
}

fn country_codes(values: &[String]) -> Result<Vec<String>, ConfigError> {
    let codes = list("CONNECT_COUNTRY_CODES", values)?;
    if codes.iter().all(|code| is_country_code(code)) {
        Ok(codes)
    } else {
        Err(ConfigError::CountryCodes)
    }
}

fn trusted_proxies(values: &[String]) -> Result<Vec<IpNet>, ConfigError> {
    let values = values.iter().map(|value| value.trim());
    let values = values.filter(|value| !["", "none"].contains(value));
    values
        .map(|value| {
            let address = || value.parse::<IpAddr>().map(IpNet::from);
            let network = value.parse().or_else(|_| address());
            network.map_err(|_| ConfigError::TrustedProxies(value.to_owned()))
        })
        .collect()
}

/// Checks a value, if there is one.
fn known(
    value: Option<String>,
    is_valid: fn(&str) -> bool,
    error: fn(String) -> ConfigError,
) -> Result<Option<String>, ConfigError> {
    match value {
        Some(value) if !is_valid(&value) => Err(error(value)),
        value => Ok(value),
    }
}

fn secret(value: Option<String>, file: Option<&Path>) -> Result<Secret, ConfigError> {
    match (value, file) {
        (Some(value), None) => Ok(Secret::new(key("PLAID_SECRET", value)?)),
        (None, Some(path)) => {
            let unreadable = |source| ConfigError::SecretFile {
                path: path.to_owned(),
                source,
            };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            let text = set(Some(text)).ok_or(ConfigError::Secret)?;
            Ok(Secret::new(key("PLAID_SECRET_FILE", text)?))
        }
        (None, None) => Err(ConfigError::Secret),
        (Some(_), Some(_)) => Err(ConfigError::TwoSecrets),
    }
}

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The client id is not set.
    #[error("PLAID_CLIENT_ID is not set: take it from the keys page of Plaid's dashboard")]
    ClientId,
    /// The secret is not set.
    #[error(
        "neither PLAID_SECRET nor PLAID_SECRET_FILE is set: take the secret from the keys page of Plaid's dashboard"
    )]
    Secret,
    /// The key cannot be one of Plaid's.
    #[error(
        "{0} has a space, a line break or a special character inside: copy it again from the keys page of Plaid's dashboard"
    )]
    Key(&'static str),
    /// The secret is set twice.
    #[error("PLAID_SECRET and PLAID_SECRET_FILE are both set: unset one of them")]
    TwoSecrets,
    /// The file with the secret cannot be read.
    #[error("PLAID_SECRET_FILE {} cannot be read: {source}", path.display())]
    SecretFile {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The setting is not a URL.
    #[error("{variable} is `{text}`, which is not an http or https URL")]
    Url {
        /// The name of the variable.
        variable: &'static str,
        /// The value of the variable.
        text: String,
    },
    /// The list has an empty name.
    #[error("{0} must be one or more names separated by commas")]
    List(&'static str),
    /// The list has a text that is no country code.
    #[error("CONNECT_COUNTRY_CODES must be two capital letters each, as in `US,CA`")]
    CountryCodes,
    /// The language is not one of Link's.
    #[error(
        "CONNECT_LANGUAGE is `{0}`, which is not a language of Link such as `en`, `es` or `fr`"
    )]
    Language(String),
    /// The text is no routing number.
    #[error("CONNECT_ROUTING_NUMBER is `{0}`, but a routing number has nine digits")]
    RoutingNumber(String),
    /// The appearance is not one of Link's.
    #[error("CONNECT_APPEARANCE_MODE is `{0}`, but Link accepts `LIGHT`, `DARK` and `SYSTEM`")]
    AppearanceMode(String),
    /// The name is too long for Link.
    #[error("CONNECT_CLIENT_NAME must have 1 to 30 characters: Link shows no more")]
    ClientName,
    /// The text is no `account_filters`.
    #[error(
        "CONNECT_ACCOUNT_FILTERS must be Plaid's `account_filters`, as in {{\"depository\":{{\"account_subtypes\":[\"checking\"]}}}}"
    )]
    AccountFilters,
    /// The text is no network.
    #[error(
        "CONNECT_TRUSTED_PROXIES has `{0}`, which is not a network such as `10.0.0.0/8` or an address"
    )]
    TrustedProxies(String),
    /// The text is no log filter.
    #[error("CONNECT_LOG is `{0}`, which is neither a level such as `info` nor a filter")]
    Log(String),
    /// The way to sign in is unknown.
    #[error("CONNECT_AUTH is `{0}`, but only `demo` is available")]
    Auth(String),
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;

    /// Parses flags, and ignores the environment in which the tests run.
    fn config(args: &[&str]) -> Result<Config, ConfigError> {
        let command = Args::command().mut_args(|arg| arg.env(None));
        let given = ["connect-server", "--plaid-client-id=c", "--plaid-secret=s"];
        let matches = command
            .try_get_matches_from(given.iter().chain(args))
            .expect("arguments");
        Config::try_from(Args::from_arg_matches(&matches).expect("arguments"))
    }

    #[test]
    fn unset_settings_have_defaults() {
        let config = config(&[]).expect("a configuration");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.plaid.base_url.as_str(), "https://sandbox.plaid.com/");
        assert_eq!(
            config.for_browser().link_script_url,
            "https://cdn.plaid.com/link/v2/stable/link-initialize.js"
        );
        assert_eq!(config.redirect_uri(), None);
    }

    #[test]
    fn the_environment_selects_the_api_url() {
        let config = config(&["--plaid-env=production"]).expect("a configuration");
        assert_eq!(
            config.plaid.base_url.as_str(),
            "https://production.plaid.com/"
        );
        assert_eq!(config.for_browser().plaid_env, "production");
    }

    #[test]
    fn a_redirect_uri_is_one_that_plaid_accepts() {
        for (public, redirect) in [
            ("https://bank.example", Some("https://bank.example/oauth")),
            (
                "https://example.com/connect/?a=b#c",
                Some("https://example.com/connect/oauth"),
            ),
            ("http://localhost:8080", Some("http://localhost:8080/oauth")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/oauth")),
            ("http://192.168.0.7:8080", None),
            ("http://bank.example", None),
        ] {
            let config = config(&[&format!("--public-url={public}")]).expect("a configuration");
            assert_eq!(
                config.redirect_uri().as_ref().map(Url::as_str),
                redirect,
                "{public}"
            );
        }
    }

    #[test]
    fn only_this_machine_needs_no_https() {
        for (listen, public_url, lacks_https) in [
            ("127.0.0.1:8080", "", false),
            ("[::1]:8080", "", false),
            ("0.0.0.0:8080", "", true),
            ("192.168.0.7:8080", "", true),
            ("0.0.0.0:8080", "https://bank.example", false),
            ("127.0.0.1:8080", "http://bank.example", true),
            ("0.0.0.0:8080", "http://localhost:8080", false),
        ] {
            let public_url = format!("--public-url={public_url}");
            let config = config(&[&format!("--listen={listen}"), &public_url]);
            let config = config.expect("a configuration");
            assert_eq!(config.lacks_https(), lacks_https, "{listen} {public_url}");
        }
    }

    #[test]
    fn a_plaid_on_this_machine_uses_the_listening_address() {
        for (base_url, listening, webhook) in [
            (
                "http://127.0.0.1:9090",
                "127.0.0.1:8080",
                Some("http://127.0.0.1:8080/api/webhooks/plaid"),
            ),
            (
                "http://localhost:9090",
                "0.0.0.0:81",
                Some("http://127.0.0.1:81/api/webhooks/plaid"),
            ),
            (
                "http://127.0.0.1:9090",
                "[::1]:8080",
                Some("http://[::1]:8080/api/webhooks/plaid"),
            ),
            ("http://127.0.0.1:9090", "192.168.0.7:8080", None),
            ("https://sandbox.plaid.com", "127.0.0.1:8080", None),
        ] {
            let mut config =
                config(&[&format!("--plaid-base-url={base_url}")]).expect("a configuration");
            config.set_local_public_url(listening.parse().expect("an address"));
            assert_eq!(
                config.webhook_url().as_ref().map(Url::as_str),
                webhook,
                "{base_url} {listening}"
            );
        }
        let public = [
            "--public-url=https://connect.example",
            "--plaid-base-url=http://127.0.0.1:9090",
        ];
        let mut config = config(&public).expect("a configuration");
        config.set_local_public_url("127.0.0.1:8080".parse().expect("an address"));
        let webhook = config.webhook_url().expect("a URL");
        assert_eq!(
            webhook.as_str(),
            "https://connect.example/api/webhooks/plaid"
        );
    }

    #[test]
    fn what_the_public_url_prevents_is_reported() {
        let (webhooks, redirects) = ("cannot send webhooks", "cannot send users back");
        for (args, expected) in [
            (&[][..], &[webhooks, redirects][..]),
            (&["--public-url=https://connect.example"], &[]),
            (&["--public-url=http://connect.example"], &[redirects]),
            (&["--public-url=http://localhost:8080"], &[webhooks]),
            (
                &[
                    "--public-url=http://localhost:8080",
                    "--plaid-base-url=http://127.0.0.1:9090",
                ],
                &[],
            ),
        ] {
            let reported = config(args).expect("a configuration").unreachable();
            assert_eq!(reported.len(), expected.len(), "{args:?}: {reported:?}");
            for (sentence, expected) in reported.iter().zip(expected) {
                assert!(sentence.contains(expected), "{args:?}: {sentence}");
            }
        }
    }

    #[test]
    fn spaces_around_keys_are_removed() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "from file \r\n").expect("a file");
        let path = format!("--plaid-secret-file={}", file.path().display());
        for (args, client_id, secret) in [
            (&["--plaid-client-id= id\n"][..], "id", "s"),
            (&["--plaid-secret=\tsecret \r\n"], "c", "secret"),
        ] {
            let config = config(args).expect("a configuration");
            assert_eq!(config.plaid.client_id, client_id);
            assert_eq!(config.plaid.secret.expose(), secret);
        }
        for (args, variable) in [
            (&["--plaid-client-id=a b"][..], "PLAID_CLIENT_ID has"),
            (&["--plaid-secret=a\nb"], "PLAID_SECRET has"),
            (&["--plaid-secret=", &path], "PLAID_SECRET_FILE has"),
        ] {
            let error = config(args).expect_err(variable).to_string();
            assert!(
                error.contains(variable) && !error.contains("from file"),
                "{error}"
            );
        }
        std::fs::write(file.path(), "from-file\r\n").expect("a file");
        let config = config(&["--plaid-secret=", &path]).expect("a configuration");
        assert_eq!(config.plaid.secret.expose(), "from-file");
    }

    #[test]
    fn an_invalid_setting_is_reported_in_one_sentence() {
        for (args, sentence) in [
            (&["--plaid-client-id= "][..], "PLAID_CLIENT_ID is not set"),
            (
                &["--plaid-secret="],
                "neither PLAID_SECRET nor PLAID_SECRET_FILE",
            ),
            (&["--plaid-secret-file=/nowhere"], "both set"),
            (
                &["--plaid-secret=", "--plaid-secret-file=/nowhere"],
                "PLAID_SECRET_FILE /nowhere",
            ),
            (&["--plaid-base-url=sandbox"], "PLAID_BASE_URL is `sandbox`"),
            (
                &["--public-url=/connect"],
                "CONNECT_PUBLIC_URL is `/connect`",
            ),
            (
                &["--plaid-link-script-url=//cdn"],
                "PLAID_LINK_SCRIPT_URL is `//cdn`",
            ),
            (&["--products=auth,,"], "CONNECT_PRODUCTS must be"),
            (
                &["--client-name=A name that is longer than Link shows"],
                "CONNECT_CLIENT_NAME must",
            ),
            (
                &["--account-filters={\"savings\":{}}"],
                "CONNECT_ACCOUNT_FILTERS must be",
            ),
            (&["--country-codes=US,usa"], "CONNECT_COUNTRY_CODES must be"),
            (&["--language=tlh"], "CONNECT_LANGUAGE is `tlh`"),
            (&["--routing-number=12"], "CONNECT_ROUTING_NUMBER is `12`"),
            (
                &["--appearance-mode=dark"],
                "CONNECT_APPEARANCE_MODE is `dark`",
            ),
            (&["--auth=ldap"], "CONNECT_AUTH is `ldap`"),
            (
                &["--trusted-proxies=10.0.0.0/8,proxy"],
                "CONNECT_TRUSTED_PROXIES has `proxy`",
            ),
        ] {
            let error = config(args).expect_err(sentence).to_string();
            assert!(error.contains(sentence), "{args:?}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
