use std::collections::HashMap;
use std::sync::MutexGuard;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{Browser, DEADLINE, LOOK_EVERY};

/// What a browser received and said.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The addresses of what is not answered in full, by request id.
    open: HashMap<String, String>,
    /// Answers whose bodies are still on their way, by request id.
    begun: HashMap<String, Response>,
    responses: Vec<Response>,
    console: Vec<String>,
}

/// An answer as the page got it, decompressed.
#[derive(Clone, Debug)]
pub struct Response {
    /// Of the request.
    pub url: String,
    /// The HTTP status.
    pub status: u64,
    /// All header lines.
    pub headers: String,
    /// None where the browser kept none: a redirect, an empty answer.
    pub body: Option<String>,
}

impl Browser {
    /// Every answer received so far, by the page and by the frames in it.
    ///
    /// # Panics
    /// When the browser cannot be asked.
    pub async fn responses(&self) -> Vec<Response> {
        self.keep_responses().await;
        self.record().responses.clone()
    }

    /// Everything said on the console so far.
    ///
    /// # Panics
    /// When the browser cannot be asked.
    pub async fn console(&self) -> Vec<String> {
        let said = self
            .driver
            .browser_log()
            .await
            .expect("chromedriver keeps the console");
        let mut record = self.record();
        record.console.extend(
            said.into_iter()
                .map(|entry| format!("{} {}", entry.level, entry.message)),
        );
        record.console.clone()
    }

    /// What went wrong in the page by the console's account: failed requests, a refused script, a panic.
    pub async fn console_errors(&self) -> Vec<String> {
        let mut errors = self.console().await;
        errors.retain(|line| line.starts_with("SEVERE"));
        errors
    }

    /// Waits until the page has every answer that it asked for; what streams without end is not waited for.
    ///
    /// # Panics
    /// When an answer does not come.
    pub async fn settles(&self) {
        let start = Instant::now();
        loop {
            self.keep_responses().await;
            let open = self.record().open.clone();
            if open.is_empty() {
                return;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "no answer from {:?}",
                open.values()
            );
            sleep(LOOK_EVERY).await;
        }
    }

    /// Fetches the bodies that came since the last time; the browser forgets them when it leaves the page.
    pub(crate) async fn keep_responses(&self) {
        let entries = self
            .driver
            .get_log("performance")
            .await
            .expect("chromedriver keeps the network's log");
        for entry in entries {
            let entry: Value =
                serde_json::from_str(&entry.message).expect("the network's log is JSON");
            let (method, params) = (&entry["message"]["method"], &entry["message"]["params"]);
            let id = text(&params["requestId"]);
            match method.as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    if params["redirectResponse"].is_object() {
                        self.record()
                            .keep(Response::read(&params["redirectResponse"]));
                    }
                    let url = text(&params["request"]["url"]);
                    if url.starts_with("http") && params["type"] != "EventSource" {
                        self.record().open.insert(id, url);
                    }
                }
                "Network.responseReceived" => {
                    let response = Response::read(&params["response"]);
                    self.record().begun.insert(id, response);
                }
                "Network.loadingFinished" => {
                    let begun = self.record().begun.remove(&id);
                    if let Some(mut response) = begun {
                        response.body = self.body(&id).await;
                        self.record().keep(response);
                    }
                    self.record().open.remove(&id);
                }
                "Network.loadingFailed" => {
                    self.record().open.remove(&id);
                }
                _ => {}
            }
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record
            .lock()
            .expect("nobody panicked while holding it")
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

impl Record {
    fn keep(&mut self, response: Response) {
        // The browser's own pages, and what a page carries within itself, came from nobody.
        if response.url.starts_with("http") {
            self.responses.push(response);
        }
    }
}

impl Response {
    fn read(response: &Value) -> Self {
        Self {
            url: text(&response["url"]),
            status: response["status"].as_u64().unwrap_or_default(),
            headers: response["headers"].to_string(),
            body: None,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
