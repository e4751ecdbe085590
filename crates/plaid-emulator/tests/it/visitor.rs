//! A user of Link without a browser: sends the forms of the panes and reads the responses.

use serde_json::Value;

use crate::client::Plaid;

/// A user of Link.
pub(crate) struct Visitor<'a> {
    plaid: &'a Plaid,
    user_agent: &'static str,
    /// The URL of the forms.
    action: String,
    /// The pane's HTML.
    pub(crate) pane: String,
    /// The messages to the page, the oldest first.
    pub(crate) messages: Vec<Value>,
}

impl<'a> Visitor<'a> {
    /// Opens Link with a token, in a desktop browser.
    pub(crate) async fn open(plaid: &'a Plaid, token: &str) -> Self {
        Self::open_with(plaid, "Desktop", &[("token", token)]).await
    }

    pub(crate) async fn open_with(
        plaid: &'a Plaid,
        user_agent: &'static str,
        opening: &[(&str, &str)],
    ) -> Self {
        let mut visitor = Self {
            plaid,
            user_agent,
            action: String::new(),
            pane: String::new(),
            messages: Vec::new(),
        };
        visitor.post("/link/v2/stable/sessions", opening).await;
        let form = visitor
            .pane
            .split_once(r#"id="close" action=""#)
            .expect("a form to close Link")
            .1;
        visitor.action = form.split_once('"').expect("the action").0.to_owned();
        visitor
    }

    /// Sends a form of the pane and returns the status.
    pub(crate) async fn send(&mut self, verb: &str, fields: &[(&str, &str)]) -> u16 {
        let action = self.action.clone();
        let fields: Vec<(&str, &str)> = [("do", verb)]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        self.post(&action, &fields).await
    }

    /// Goes from the first pane to the accounts of a bank.
    pub(crate) async fn sign_in(&mut self, bank: &str, username: &str, password: &str) {
        self.send("skip-phone", &[]).await;
        self.send("choose", &[("institution_id", bank)]).await;
        self.send("sign-in", &[("username", username), ("password", password)])
            .await;
        self.send("answered", &[]).await;
    }

    /// The heading of the pane.
    pub(crate) fn heading(&self) -> &str {
        let heading = self
            .pane
            .split_once("<h1")
            .and_then(|(_, rest)| rest.split_once('>'));
        heading
            .and_then(|(_, rest)| rest.split_once("</h1>"))
            .map(|(text, _)| text)
            .unwrap_or_default()
    }

    /// Returns the message that ended the visit.
    #[track_caller]
    pub(crate) fn end(&self) -> &Value {
        self.messages
            .iter()
            .find(|message| message["plaidLink"] == "done")
            .expect("the visit is over")
    }

    /// Returns the URL of the bank's own page.
    #[track_caller]
    pub(crate) fn bank_page(&self) -> String {
        let link = self
            .pane
            .split_once(r#"data-bank=""#)
            .expect("a link to the bank")
            .1;
        link.split_once('"').expect("a URL").0.to_owned()
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let (status, page) = post(self.plaid, self.user_agent, path, fields).await;
        if status == 200 {
            self.messages
                .extend(page.split(r#"data-message=""#).skip(1).map(message));
            self.pane = page;
        }
        status
    }
}

/// Posts a form and returns the status and the page.
pub(crate) async fn post(
    plaid: &Plaid,
    user_agent: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> (u16, String) {
    let request = plaid
        .http
        .post(format!("{}{path}", plaid.emulator.url()))
        .header("user-agent", user_agent)
        .form(fields);
    let response = request.send().await.expect("a response");
    (
        response.status().as_u16(),
        response.text().await.expect("a page"),
    )
}

fn message(rest: &str) -> Value {
    let escaped = rest.split_once('"').expect("the end of a message").0;
    let text = escaped
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">");
    serde_json::from_str(&text.replace("&#38;", "&")).expect("a message in JSON")
}
