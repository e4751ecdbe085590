//! What a backend has to know, checked.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use plaid_client::{Environment, Secret};
use serde_json::Value;
use url::{Host, Url};

/// The settings of a backend, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where browsers reach the backend, when a proxy stands before it.
    pub public_url: Option<Url>,
    /// Which database, as `sqlite:connect.db`.
    pub database_url: String,
    /// The file with the key that seals access tokens.
    pub vault_key_file: PathBuf,
    /// The built app.
    pub dist: PathBuf,
    /// Where Plaid is, and as whom to speak to it.
    pub plaid: PlaidConfig,
    /// What every Link token asks for.
    pub link: LinkConfig,
    /// Whether new Items are connected for users at Plaid, so that one whose access token is lost can be ended. Only
    /// where no backend over another database has the same keys and the same users: what this one does not know is ended.
    pub plaid_users: bool,
    /// How often Plaid is asked what became of a Link token that no browser reported on.
    pub reconcile_every: Duration,
    /// How many requests that ask Plaid a user may make in a minute; 0 for as many as come.
    pub rate_limit: u32,
    /// What to log, as a filter of the `tracing` crates.
    pub log: String,
}

/// Where Plaid is, and as whom to speak to it.
#[derive(Clone, Debug)]
pub struct PlaidConfig {
    /// Which of Plaid's worlds.
    pub environment: Environment,
    /// Who we are to Plaid.
    pub client_id: String,
    /// What proves it.
    pub secret: Secret,
    /// Where the API is.
    pub base_url: Url,
    /// Where Link's script is.
    pub link_script_url: Url,
    /// How long to wait for an answer.
    pub deadline: Duration,
}

/// What every Link token asks for.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// The app's name as Link shows it.
    pub client_name: String,
    /// What is asked of the bank.
    pub products: Vec<String>,
    /// Where the banks are, ISO 3166-1 alpha-2.
    pub country_codes: Vec<String>,
    /// The language of Link.
    pub language: String,
    /// A customization made in Plaid's dashboard.
    pub customization_name: Option<String>,
    /// Others that a page may ask for.
    pub customizations: Vec<String>,
    /// The routing number of the bank to offer first.
    pub routing_number: Option<String>,
    /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
    pub appearance_mode: Option<String>,
    /// Which accounts can be chosen, as Plaid's `account_filters`.
    pub account_filters: Option<Value>,
}

impl Config {
    /// Where a bank sends the user back to; only where Plaid accepts it: https, or this machine.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<Url> {
        let public = self.public_url.as_ref()?;
        (public.scheme() == "https" || is_this_machine(public)).then(|| join(public, "oauth"))
    }

    /// Where Plaid sends webhooks.
    #[must_use]
    pub fn webhook_url(&self) -> Option<Url> {
        self.public_url
            .as_ref()
            .map(|public| join(public, "api/webhooks/plaid"))
    }

    /// A Plaid on this machine reaches the backend, and so does the browser, where it listens.
    pub(crate) fn reached_at(&mut self, listening: SocketAddr) {
        let ip = listening.ip();
        let local = ip == Ipv4Addr::LOCALHOST || ip.is_unspecified();
        if self.public_url.is_none() && local && is_this_machine(&self.plaid.base_url) {
            self.public_url = Url::parse(&format!("http://127.0.0.1:{}", listening.port())).ok();
        }
    }

    /// What the browser may know.
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
