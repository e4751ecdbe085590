//! A browser that follows the app's protocol: what Link gave is in the outbox before it is sent, and stays there until the
//! backend has spoken.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::link;

/// What outlives the tab: the cookie and the `localStorage`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage(Arc<Mutex<Stored>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) cookie: Option<String>,
    pub(crate) link_tokens: Vec<String>,
    outbox: Option<Value>,
    /// The backend has spoken.
    spoken: bool,
}

impl Storage {
    pub(crate) fn read(&self) -> Stored {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn write(&self, change: impl FnOnce(&mut Stored)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Where a tab finds what it talks to.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub(crate) backend: String,
    pub(crate) plaid: String,
    pub(crate) storage: Storage,
    /// Rung when the public token is on its way.
    pub(crate) posting: Arc<Notify>,
}

impl Tab {
    /// The tab is open: brings what is in the outbox, or goes through Link if this user never did.
    pub(crate) async fn live(self) {
        if self.storage.read().cookie.is_none() {
            self.sign_in().await;
        }
        let stored = self.storage.read();
        if stored.outbox.is_none() && !stored.spoken && stored.link_tokens.is_empty() {
            let token = self.link_token().await;
            self.storage
                .write(|stored| stored.link_tokens.push(token.clone()));
            let success = link::connect(&self.plaid, &token).await;
            self.storage.write(|stored| stored.outbox = success);
        }
        self.bring().await;
    }

    async fn sign_in(&self) {
        loop {
            let answer = reqwest::get(format!("{}/api/session", self.backend)).await;
            if let Ok(answer) = answer
                && let Some(cookie) = answer.headers().get("set-cookie")
                && let Ok(cookie) = cookie.to_str()
            {
                let pair = cookie.split(';').next().map(str::to_owned);
                self.storage.write(|stored| stored.cookie = pair);
                return;
            }
            again().await;
        }
    }

    async fn link_token(&self) -> String {
        loop {
            if let Some((200, body)) = self.post("/api/link/tokens", &json!({})).await
                && let Some(token) = body["link_token"].as_str()
            {
                return token.to_owned();
            }
            again().await;
        }
    }

    /// Sends what is in the outbox until the backend has spoken: a yes, or a no that is one.
    async fn bring(&self) {
        while let Some(success) = self.storage.read().outbox {
            self.posting.notify_one();
            match self.post("/api/items", &success).await {
                Some((200 | 201 | 409, _)) => self.storage.write(|stored| {
                    stored.outbox = None;
                    stored.spoken = true;
                }),
                _ => again().await,
            }
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = reqwest::Client::new()
            .post(format!("{}{path}", self.backend))
            .header("cookie", self.storage.read().cookie.unwrap_or_default())
            .timeout(Duration::from_secs(35))
            .json(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }
}

/// The person clicks **Try again**.
async fn again() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
