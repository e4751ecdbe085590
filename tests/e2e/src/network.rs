//! The responses that a browser receives, read from chromedriver's performance log.

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{Browser, DEADLINE, POLL_INTERVAL, Response};

impl Browser {
    /// Returns every response that the page and its frames have received so far.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn responses(&self) -> Vec<Response> {
        self.collect_responses().await;
        self.record().responses.clone()
    }

    /// Waits until no request of the page is pending, except for event streams.
    ///
    /// # Panics
    /// When a response does not arrive in time.
    pub async fn wait_for_network_idle(&self) {
        let start = Instant::now();
        loop {
            self.collect_responses().await;
            let pending = self.record().pending.clone();
            if pending.is_empty() {
                return;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "no response from {:?}",
                pending.values()
            );
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Records the new responses with their bodies, which the browser discards when it leaves the page.
    async fn collect_responses(&self) {
        let entries = self
            .driver
            .get_log("performance")
            .await
            .expect("chromedriver has a performance log");
        for entry in entries {
            let entry: Value =
                serde_json::from_str(&entry.message).expect("the performance log is JSON");
            let (method, params) = (&entry["message"]["method"], &entry["message"]["params"]);
            let id = text(&params["requestId"]);
            match method.as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    if params["redirectResponse"].is_object() {
                        self.record()
                            .add(Response::read(&params["redirectResponse"]));
                    }
                    let url = text(&params["request"]["url"]);
                    if url.starts_with("http") && params["type"] != "EventSource" {
                        self.record().pending.insert(id, url);
                    }
                }
                "Network.responseReceived" => {
                    let response = Response::read(&params["response"]);
                    self.record().incomplete.insert(id, response);
                }
                "Network.loadingFinished" => {
                    let incomplete = self.record().incomplete.remove(&id);
                    if let Some(mut response) = incomplete {
                        response.body = self.body(&id).await;
                        self.record().add(response);
                    }
                    self.record().pending.remove(&id);
                }
                "Network.loadingFailed" => {
                    self.record().pending.remove(&id);
                }
                _ => {}
            }
        }
    }

    async fn body(&self, request: &str) -> Option<String> {
        let answer = self
            .driver
            .cdp()
            .send_raw("Network.getResponseBody", json!({ "requestId": request }))
            .await;
        let body = text(&answer.ok()?["body"]);
        Some(body)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
