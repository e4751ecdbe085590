//! The configuration of a backend in a test.

use std::time::Duration;

use connect_server::{Config, LinkConfig, PlaidConfig};
use plaid_client::{Environment, Secret};
use tempfile::TempDir;
use url::Url;

/// A page with the parts of a built app.
const INDEX: &str = "<!doctype html><html><head><title>Connect</title>\
    <style>body{margin:0}</style><script type=\"module\">import init from '/app.js'; init();</script>\
    </head><body></body></html>";

/// Creates a built app in the directory, and returns the configuration of a backend there.
pub(crate) fn config(folder: &TempDir, plaid: &Url) -> Config {
    let dist = folder.path().join("dist");
    std::fs::create_dir(&dist).expect("a folder");
    std::fs::write(dist.join("index.html"), INDEX).expect("a page");
    Config {
        listen: "127.0.0.1:0".parse().expect("an address"),
        metrics_listen: None,
        public_url: None,
        database_url: format!("sqlite:{}", folder.path().join("connect.db").display()),
        vault_key_file: folder.path().join("vault.key"),
        dist,
        plaid: PlaidConfig {
            environment: Environment::Sandbox,
            client_id: "client-1".to_owned(),
            secret: Secret::new("secret-that-must-not-show"),
            base_url: plaid.clone(),
            link_script_url: Url::parse("https://cdn.example/link.js").expect("a URL"),
            deadline: Duration::from_secs(30),
        },
        link: LinkConfig {
            client_name: "Connect".to_owned(),
            products: vec!["transactions".to_owned()],
            country_codes: vec!["US".to_owned()],
            language: "en".to_owned(),
            customization_name: None,
            customizations: Vec::new(),
            routing_number: None,
            appearance_mode: None,
            account_filters: None,
        },
        plaid_users: false,
        reconcile_every: Duration::from_secs(1200),
        rate_limit: 300,
        address_rate_limit: 0,
        trusted_proxies: Vec::new(),
        max_connections: 100,
        plaid_rate_limit: 0,
        log: "info".to_owned(),
    }
}
