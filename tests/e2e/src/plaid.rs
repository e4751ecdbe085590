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

    /// Plaid sends a webhook of this code about the Item of this access token, and what it says comes true.
    pub async fn plaid_tells_of(&self, access_token: &str, code: &str) {
        let body = json!({ "access_token": access_token, "webhook_code": code });
        self.sandbox("item/fire_webhook", body).await;
    }

    /// Plaid sends a webhook of this code about each of the user's Items, and what it says comes true.
    pub async fn plaid_tells(&self, user: &str, code: &str) {
        for access_token in self.access_tokens(user).await {
            self.plaid_tells_of(&access_token, code).await;
        }
    }

    /// Chooses how webhooks are delivered from now on, as the emulator's README has it.
    pub async fn plaid_delivers(&self, manners: Value) {
        self.control("webhooks", manners).await;
    }

    /// Waits until the backend has taken so many webhooks of this code.
    ///
    /// # Panics
    /// When it does not.
    pub async fn takes_webhooks(&self, code: &str, count: usize) {
        let start = Instant::now();
        loop {
            let log = self.read("webhooks").await;
            let attempts = log["attempts"].as_array().expect("a list").iter();
            let taken = attempts.filter(|one| one["webhook_code"] == code && one["status"] == 200);
            if taken.count() >= count {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{count} of {code}: {log}");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until Plaid has told a webhook of this code to nobody.
    ///
    /// # Panics
    /// When it does not.
    pub async fn tells_in_vain(&self, code: &str) {
        let start = Instant::now();
        loop {
            let log = self.read("webhooks").await;
            let mut attempts = log["attempts"].as_array().expect("a list").iter();
            if attempts.any(|one| one["webhook_code"] == code && one["status"] != 200) {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{code}: {log}");
            sleep(LOOK_EVERY).await;
        }
    }

    /// How often Plaid was asked for this path.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub async fn plaid_calls(&self, path: &str) -> usize {
        let log = self.read("requests").await;
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
        let until = Instant::now() + DEADLINE;
        loop {
            let answer = self.read("items").await;
            let items = answer["items"].as_array().expect("a list").len();
            if items == number {
                return;
            }
            assert!(Instant::now() < until, "{items} Items are at Plaid");
            sleep(LOOK_EVERY).await;
        }
    }

    async fn read(&self, what: &str) -> Value {
        let url = format!("{}/emulator/{what}", self.plaid().url());
        let answer = reqwest::get(url).await.expect("Plaid answers");
        answer.json().await.expect("JSON")
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
