//! Control of the offline Plaid: its clock, its faults and its webhooks.

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{DEADLINE, POLL_INTERVAL, Stack};

impl Stack {
    /// Advances Plaid's clock, but not that of the browser or the backend.
    pub async fn advance_plaid_clock(&self, seconds: u32) {
        self.control("clock/advance", json!({ "seconds": seconds }))
            .await;
    }

    /// Sets the faults of Plaid, which the emulator's README describes.
    pub async fn set_plaid_faults(&self, rules: Value) {
        self.control("faults", rules).await;
    }

    /// Sets whether a used public token can be exchanged again, for the same access token.
    pub async fn allow_repeated_exchanges(&self, allowed: bool) {
        self.control("public_tokens", json!({ "answer_again": allowed }))
            .await;
    }

    /// Sets each of the user's Items to `ITEM_LOGIN_REQUIRED`, with its webhook.
    pub async fn require_sign_in(&self, user: &str) {
        for access_token in self.access_tokens(user).await {
            self.sandbox("item/reset_login", json!({ "access_token": access_token }))
                .await;
        }
    }

    /// Sends a webhook with this code for the Item of this access token, and changes the Item accordingly.
    pub async fn fire_webhook_for(&self, access_token: &str, code: &str) {
        let body = json!({ "access_token": access_token, "webhook_code": code });
        self.sandbox("item/fire_webhook", body).await;
    }

    /// Sends a webhook with this code for each of the user's Items, and changes them accordingly.
    pub async fn fire_webhooks(&self, user: &str, code: &str) {
        for access_token in self.access_tokens(user).await {
            self.fire_webhook_for(&access_token, code).await;
        }
    }

    /// Sets how webhooks are delivered from now on. The emulator's README describes the settings.
    pub async fn set_webhook_delivery(&self, settings: Value) {
        self.control("webhooks", settings).await;
    }

    /// Waits until the backend has accepted this number of webhooks with this code.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn wait_for_webhooks(&self, code: &str, count: usize) {
        let start = Instant::now();
        loop {
            let log = self.read("webhooks").await;
            let attempts = log["attempts"].as_array().expect("a list").iter();
            let accepted =
                attempts.filter(|one| one["webhook_code"] == code && one["status"] == 200);
            if accepted.count() >= count {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{count} of {code}: {log}");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until the delivery of a webhook with this code has failed.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn wait_for_failed_webhook(&self, code: &str) {
        let start = Instant::now();
        loop {
            let log = self.read("webhooks").await;
            let mut attempts = log["attempts"].as_array().expect("a list").iter();
            if attempts.any(|one| one["webhook_code"] == code && one["status"] != 200) {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{code}: {log}");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns how many requests for this path Plaid has received.
    ///
    /// # Panics
    /// When Plaid does not answer.
    pub async fn plaid_calls(&self, path: &str) -> usize {
        let log = self.read("requests").await;
        let requests = log["requests"].as_array().expect("a list");
        requests
            .iter()
            .filter(|request| request["path"] == path)
            .count()
    }

    /// Waits until Plaid has this number of Items.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn wait_for_item_count(&self, count: usize) {
        let until = Instant::now() + DEADLINE;
        loop {
            let answer = self.read("items").await;
            let items = answer["items"].as_array().expect("a list").len();
            if items == count {
                return;
            }
            assert!(
                Instant::now() < until,
                "Plaid has {items} Items, not {count}"
            );
            sleep(POLL_INTERVAL).await;
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
