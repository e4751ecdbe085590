//! A page over one of the two bindings, in a browser.

use e2e::{Browser, Link, Role};
use plaid_emulator::Emulator;
use serde_json::Value;

use crate::calls::{self, Calls};
use crate::scenarios::{Scenario, Step, Token};

/// A page over one of the bindings, with a browser and an offline Plaid of its own.
pub(crate) struct TwinPage {
    pub(crate) browser: Browser,
    plaid: Emulator,
    page: String,
}

impl TwinPage {
    pub(crate) async fn start(page: String) -> Self {
        Self {
            browser: Browser::start("").await,
            plaid: Emulator::start().await.expect("a free port"),
            page,
        }
    }

    /// Runs the scenario, and returns the callbacks that the page received.
    pub(crate) async fn run_scenario(&self, scenario: &Scenario) -> Calls {
        self.open(scenario.token).await;
        let mut inside = None;
        for step in scenario.steps {
            let is_in_link = step.is_in_link();
            match inside.take() {
                Some(link) if is_in_link => inside = Some(link),
                Some(link) => Link::leave(link).await,
                None if is_in_link => inside = Some(self.browser.enter_link().await),
                None => {}
            }
            self.run_step(step).await;
        }
        calls::read(self.run("return calls").await)
    }

    /// Opens the page with a Link token.
    pub(crate) async fn open(&self, token: Token) {
        let token = self.token(token).await;
        let script = self.plaid.link_script_url();
        let page = format!("{}?script={script}", self.page);
        self.browser.open(&page).await;
        self.until("window.twin").await;
        self.run(&format!("window.token = '{token}';")).await;
    }

    async fn run_step(&self, step: &Step) {
        let browser = &self.browser;
        match *step {
            Step::Start => {
                self.run("twin.start(token)").await;
                self.called("load").await;
            }
            Step::StartAndOpen => drop(self.run("twin.start(token); twin.open();").await),
            Step::Open => drop(self.run("twin.open()").await),
            Step::Exit => drop(self.run("twin.exit(false)").await),
            Step::ForceExit => drop(self.run("twin.exit(true)").await),
            Step::Unmount => drop(self.run("twin.stop()").await),
            Step::Called(name) => self.called(name).await,
            Step::Ended(sessions) => {
                let ends = "calls.filter(([kind]) => kind === 'success' || kind === 'exit')";
                self.until(&format!("{ends}.length === {sessions}")).await;
            }
            Step::Gone => self.until("!document.querySelector('iframe')").await,
            Step::Sees(name) => browser.button(name).appears().await,
            Step::Press(name) => browser.button(name).click().await,
            Step::Reads(text) => browser.notice(text).appears().await,
            Step::Search(text) => {
                let search = browser.locate(Role::Searchbox, "Search for your bank");
                search.appears().await;
                // In one step, because Link searches between two keys.
                self.run(&format!(
                    "const search = document.querySelector('input[type=search]');
                     search.value = '{text}';
                     search.dispatchEvent(new Event('input', {{ bubbles: true }}));"
                ))
                .await;
                browser.button("Tartan Bank").disappears().await;
            }
            Step::Fill(name, text) => browser.locate(Role::Textbox, name).fill(text).await,
            Step::Tick(name) => browser.locate(Role::Checkbox, name).tick().await,
            Step::AtBank(button) => {
                browser.enter_new_window().await;
                browser.button(button).click().await;
                browser.leave_new_window().await;
            }
        }
    }

    async fn token(&self, token: Token) -> String {
        let age_in_seconds = match token {
            Token::Fresh => 0,
            Token::Expired => 5 * 60 * 60,
            Token::Unknown => {
                return "link-sandbox-00000000-0000-4000-8000-000000000000".to_owned();
            }
        };
        let plaid = &self.plaid;
        self.browser.open(&format!("{}/", plaid.url())).await;
        let (client_id, secret) = (plaid.client_id(), plaid.secret());
        let token = self
            .run(&format!(
                "const post = (path, body) => fetch(path, {{
                   method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: JSON.stringify(body),
                 }}).then((answer) => answer.json());
                 return post('/link/token/create', {{
                   client_id: '{client_id}', secret: '{secret}', client_name: 'Twin', language: 'en',
                   country_codes: ['US'], products: ['transactions'], user: {{ client_user_id: 'user-1' }},
                 }}).then(async (body) => {{
                   await post('/emulator/clock/advance', {{ seconds: {age_in_seconds} }});
                   return body.link_token;
                 }});"
            ))
            .await;
        token.as_str().expect("a Link token").to_owned()
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.run(script).await
    }

    /// Waits until the page has received a callback with this name.
    async fn called(&self, name: &str) {
        self.until(&format!("calls.some((call) => call.includes('{name}'))"))
            .await;
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
