//! A host page of another origin that loads Link.

use e2e::Browser;
use plaid_emulator::Emulator;
use serde_json::Value;

/// A host page of another origin that loads Link, in a browser of its own.
pub(crate) struct Host {
    pub(crate) browser: Browser,
    plaid: Emulator,
    /// The server of the host page, which can be any page of another origin.
    _page: Emulator,
}

impl Host {
    /// Starts a page that has loaded Link's script and has a focused button. `calls` records the callbacks.
    pub(crate) async fn start() -> Self {
        let host = Self::bare().await;
        host.load_script("").await;
        host.run(
            "document.body.innerHTML = '<button id=connect>Connect</button>';
             document.getElementById('connect').focus();
             window.calls = [];
             window.create = (token) => Plaid.create({
               token,
               onLoad: () => calls.push(['load']),
               onEvent: (name, metadata) => calls.push(['event', name, metadata]),
               onSuccess: (token, metadata) => calls.push(['success', token, metadata]),
               onExit: (error, metadata) => calls.push(['exit', error, metadata]),
             });",
        )
        .await;
        host
    }

    /// Starts a page without Link, but with a Link token.
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

    /// Adds Link's script to the page, with this suffix of its URL. Returns the event that ended the load.
    pub(crate) async fn load_script(&self, suffix: &str) -> Value {
        let url = self.plaid.link_script_url();
        self.run(&format!(
            "return new Promise((done) => {{
               const script = document.createElement('script');
               script.src = '{url}{suffix}';
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
