use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{DEADLINE, LOOK_EVERY, Stack};

impl Stack {
    /// Moves Plaid's clock; the browser's and the backend's stay.
    pub async fn plaid_advances(&self, seconds: u32) {
        self.control("clock/advance", json!({ "seconds": seconds }))
            .await;
    }

    /// Lets things go wrong at Plaid, as the emulator's README has it.
    pub async fn plaid_fails(&self, rules: Value) {
        self.control("faults", rules).await;
    }

    /// No webhook comes until further notice.
    pub async fn plaid_holds_webhooks(&self) {
        self.control("webhooks", json!({ "hold": true })).await;
    }

    /// Whether a public token that was exchanged may be exchanged again, for the same access token.
    pub async fn plaid_answers_again(&self, again: bool) {
        self.control("public_tokens", json!({ "answer_again": again }))
            .await;
    }

    /// The bank asks this user for a new sign-in: `ITEM_LOGIN_REQUIRED`, by webhook.
    pub async fn bank_wants_sign_in(&self, user: &str) {
        for access_token in self.access_tokens(user).await {
            self.sandbox("item/reset_login", json!({ "access_token": access_token }))
                .await;
        }
    }

    /// Plaid sends a webhook of this code about each of the user's Items, and what it says comes true.
    pub async fn plaid_tells(&self, user: &str, code: &str) {
        for access_token in self.access_tokens(user).await {
            let body = json!({ "access_token": access_token, "webhook_code": code });
            self.sandbox("item/fire_webhook", body).await;
        }
    }

    /// How often Plaid was asked for this path.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub async fn plaid_calls(&self, path: &str) -> usize {
        let url = format!("{}/emulator/requests", self.plaid().url());
        let answer = reqwest::get(url).await.expect("Plaid answers");
        let log: Value = answer.json().await.expect("JSON");
        let requests = log["requests"].as_array().expect("a list");
        requests
            .iter()
            .filter(|request| request["path"] == path)
            .count()
    }

    /// Waits until there are so many Items at Plaid.
    ///
    /// # Panics
    /// When there never are.
    pub async fn plaid_has_items(&self, number: usize) {
        let url = format!("{}/emulator/items", self.plaid().url());
        let until = Instant::now() + DEADLINE;
        loop {
            let answer = reqwest::get(&url).await.expect("Plaid answers");
            let answer: Value = answer.json().await.expect("JSON");
            let items = answer["items"].as_array().expect("a list").len();
            if items == number {
                return;
            }
            assert!(Instant::now() < until, "{items} Items are at Plaid");
            sleep(LOOK_EVERY).await;
        }
    }

    async fn control(&self, what: &str, body: Value) {
        self.post(&format!("/emulator/{what}"), body).await;
    }

    async fn sandbox(&self, what: &str, mut body: Value) {
        body["client_id"] = self.plaid().client_id().into();
        body["secret"] = self.plaid().secret().into();
        self.post(&format!("/sandbox/{what}"), body).await;
    }

    async fn post(&self, path: &str, body: Value) {
        let url = format!("{}{path}", self.plaid().url());
        let sent = reqwest::Client::new().post(url).json(&body).send().await;
        let answer = sent.expect("Plaid answers");
        let status = answer.status();
        assert!(
            status.is_success(),
            "{path}: {status} {}",
            answer.text().await.unwrap_or_default()
        );
    }
}
