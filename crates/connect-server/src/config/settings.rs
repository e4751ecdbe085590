//! The settings of a backend, checked.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use plaid_client::{Environment, Secret};
use serde_json::Value;
use url::{Host, Url};

/// The settings of a backend, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on. Port 0 chooses a free port.
    pub listen: SocketAddr,
    /// The address on which the measurements are served.
    pub metrics_listen: Option<SocketAddr>,
    /// The URL at which browsers reach the backend, if it is behind a proxy.
    pub public_url: Option<Url>,
    /// The URL of the database, such as `sqlite:connect.db`.
    pub database_url: String,
    /// The file with the key that seals access tokens.
    pub vault_key_file: PathBuf,
    /// The directory of the built app.
    pub dist: PathBuf,
    /// The connection to Plaid.
    pub plaid: PlaidConfig,
    /// The options of Link tokens.
    pub link: LinkConfig,
    /// Whether to create a user at Plaid for each user, so that orphaned Items can be removed. Only for a backend that shares
    /// its keys and users with no backend over another database: Items that this one does not know are removed.
    pub plaid_users: bool,
    /// How often Plaid is asked about a Link token whose result no browser has reported.
    pub reconcile_every: Duration,
    /// How many requests a user may send per minute for which the backend calls Plaid; 0 for no limit.
    pub rate_limit: u32,
    /// How many requests an address may send per minute; 0 for no limit.
    pub address_rate_limit: u32,
    /// The proxies that are trusted to name the client in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpNet>,
    /// How many connections may be open.
    pub max_connections: usize,
    /// How many calls to Plaid this process may make per minute; 0 for no limit.
    pub plaid_rate_limit: u32,
    /// The log filter, in the syntax of `tracing_subscriber`.
    pub log: String,
}

/// Where data is stored.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The URL of the database, such as `sqlite:connect.db`.
    pub database_url: String,
    /// The file with the key that seals access tokens.
    pub vault_key_file: PathBuf,
}

/// The connection to Plaid.
#[derive(Clone, Debug)]
pub struct PlaidConfig {
    /// The environment: Sandbox or Production.
    pub environment: Environment,
    /// The client id, from Plaid's dashboard.
    pub client_id: String,
    /// The secret of the client id.
    pub secret: Secret,
    /// The URL of the API.
    pub base_url: Url,
    /// The URL of Link's script.
    pub link_script_url: Url,
    /// How long a call may take.
    pub deadline: Duration,
}

/// The options of Link tokens.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// The name of the app that Link shows.
    pub client_name: String,
    /// The products to request.
    pub products: Vec<String>,
    /// The countries of the institutions, as ISO 3166-1 alpha-2 codes.
    pub country_codes: Vec<String>,
    /// The language of Link.
    pub language: String,
    /// The name of a customization from Plaid's dashboard.
    pub customization_name: Option<String>,
    /// Other customizations that a page may request.
    pub customizations: Vec<String>,
    /// The routing number of the institution that Link offers first.
    pub routing_number: Option<String>,
    /// The appearance of Link: `LIGHT`, `DARK` or `SYSTEM`.
    pub appearance_mode: Option<String>,
    /// The accounts that can be selected, as Plaid's `account_filters`.
    pub account_filters: Option<Value>,
}

impl Config {
    /// Returns the path of the public URL, such as `/bank`; empty at the root.
    #[must_use]
    pub fn base_path(&self) -> String {
        let path = self.public_url.as_ref().map_or("", Url::path);
        path.trim_end_matches('/').to_owned()
    }

    /// Returns the address to which a bank sends the user back. Plaid accepts only https, or this machine.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<Url> {
        let public = self.public_url.as_ref()?;
        (public.scheme() == "https" || is_this_machine(public)).then(|| join(public, "oauth"))
    }

    /// Returns the address to which Plaid sends webhooks.
    #[must_use]
    pub fn webhook_url(&self) -> Option<Url> {
        self.public_url
            .as_ref()
            .map(|public| join(public, "api/webhooks/plaid"))
    }

    /// Uses the listening address as the public one, if there is none and Plaid runs on this machine.
    pub(crate) fn set_local_public_url(&mut self, listening: SocketAddr) {
        let host = match listening.ip() {
            ip if ip.is_unspecified() => "127.0.0.1",
            ip if ip == Ipv4Addr::LOCALHOST => "127.0.0.1",
            ip if ip == Ipv6Addr::LOCALHOST => "[::1]",
            _ => return,
        };
        if self.public_url.is_none() && is_this_machine(&self.plaid.base_url) {
            self.public_url = Url::parse(&format!("http://{host}:{}", listening.port())).ok();
        }
    }

    /// Whether browsers on other machines reach the backend without https. They refuse its session cookie.
    pub(crate) fn lacks_https(&self) -> bool {
        match &self.public_url {
            Some(public) => public.scheme() != "https" && !is_this_machine(public),
            None => !self.listen.ip().is_loopback(),
        }
    }

    /// Returns what does not work with the public URL, and what to set; nothing if all works.
    pub(crate) fn unreachable(&self) -> Vec<&'static str> {
        let mut unreachable = Vec::new();
        let is_local = self.public_url.as_ref().is_some_and(is_this_machine);
        if self.public_url.is_none() || is_local && !is_this_machine(&self.plaid.base_url) {
            unreachable.push(
                "Plaid cannot send webhooks: set CONNECT_PUBLIC_URL to the URL at which the internet reaches this backend",
            );
        }
        if self.redirect_uri().is_none() {
            unreachable.push(
                "banks with a sign-in page of their own cannot send users back: set CONNECT_PUBLIC_URL to an https URL",
            );
        }
        unreachable
    }

    /// Returns how often jobs look for Link tokens, exchanges and orphans that are due: at least every minute.
    pub(crate) fn due_interval(&self) -> Duration {
        self.reconcile_every.min(Duration::from_secs(60))
    }

    /// Returns the configuration for the browser.
    #[must_use]
    pub fn for_browser(&self) -> connect_api::Config {
        connect_api::Config {
            link_script_url: self.plaid.link_script_url.to_string(),
            plaid_env: self.plaid.environment.to_string(),
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    url
}
