//! A page of another origin that loads Link.

use e2e::Browser;
use plaid_emulator::Emulator;
use serde_json::Value;

/// A page of another origin that loads Link, in a browser of its own.
pub(crate) struct Host {
    pub(crate) browser: Browser,
    plaid: Emulator,
    /// Any page will do to load Link into, and this one is at hand.
    _page: Emulator,
}

impl Host {
    /// A page that has loaded Link's script and has a button with focus; `told` keeps what Link calls.
    pub(crate) async fn start() -> Self {
        let host = Self::bare().await;
        host.load_script("").await;
        host.run(
            "document.body.innerHTML = '<button id=connect>Connect</button>';
             document.getElementById('connect').focus();
             window.told = [];
             window.create = (token) => Plaid.create({
               token,
               onLoad: () => told.push(['load']),
               onEvent: (name, metadata) => told.push(['event', name, metadata]),
               onSuccess: (token, metadata) => told.push(['success', token, metadata]),
               onExit: (error, metadata) => told.push(['exit', error, metadata]),
             });",
        )
        .await;
        host
    }

    /// A page without Link, but with a Link token.
    pub(crate) async fn bare() -> Self {
        let plaid = Emulator::start().await.expect("a free port");
        let page = Emulator::start().await.expect("a free port");
        let browser = Browser::start("").await;
        browser.open(&format!("{}/", plaid.url())).await;
        let token = browser
            .run(
                "return fetch('/link/token/create', {
                   method: 'POST',
                   headers: {
                     'Content-Type': 'application/json',
                     'PLAID-CLIENT-ID': 'emulator-client-id',
                     'PLAID-SECRET': 'emulator-secret',
                   },
                   body: JSON.stringify({
                     client_name: 'Host', language: 'en', country_codes: ['US'], products: ['transactions'],
                     user: { client_user_id: 'user-1' },
                   }),
                 }).then((answer) => answer.json()).then((body) => body.link_token);",
            )
            .await;
        browser.open(&format!("{}/", page.url())).await;
        let host = Self {
            browser,
            plaid,
            _page: page,
        };
        host.run(&format!("window.token = {token};")).await;
        host
    }

    /// Adds Link's script to the page, with this after its address; gives how it ended.
    pub(crate) async fn load_script(&self, after: &str) -> Value {
        let url = self.plaid.link_script_url();
        self.run(&format!(
            "return new Promise((done) => {{
               const script = document.createElement('script');
               script.src = '{url}{after}';
               script.onload = () => done('load');
               script.onerror = () => done('error');
               document.head.append(script);
             }});"
        ))
        .await
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.run(script).await
    }

    /// Waits until the expression is true in the page.
    pub(crate) async fn until(&self, expression: &str) {
        self.run(&format!(
            "return new Promise((done) => {{
               const look = () => {expression} ? done() : setTimeout(look, 20);
               look();
             }});"
        ))
        .await;
    }
}
