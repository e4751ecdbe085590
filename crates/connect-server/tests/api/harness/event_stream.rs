//! The event stream of a page.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use connect_api::Change;
use futures_util::FutureExt;
use http_body_util::BodyExt;

/// The event stream of an open page.
pub(crate) struct EventStream {
    pub(crate) headers: HeaderMap,
    body: Body,
    text: String,
}

impl EventStream {
    /// Reads a stream up to its `ready` event.
    pub(super) async fn open(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let mut stream = Self {
            headers: parts.headers,
            body,
            text: String::new(),
        };
        while !stream.text.contains("event: ready\ndata: ") {
            assert!(stream.read_more().await, "the stream ended");
        }
        stream
    }

    /// Returns the version in the `ready` event: the page missed nothing if its list of Items has it.
    pub(crate) fn initial_version(&self) -> u64 {
        let data = self.text.split("event: ready\ndata: ").nth(1);
        let data = data.and_then(|data| data.lines().next());
        data.and_then(|data| data.parse().ok()).expect("a number")
    }

    /// How many `stale` events arrived: another process has changed something.
    pub(crate) fn stale_count(&self) -> usize {
        self.text.matches("event: stale\ndata: items\n").count()
    }

    /// Returns all changes so far, including those that are ready to be read.
    pub(crate) async fn changes(&mut self) -> Vec<Change> {
        while let Some(has_more) = self.read_more().now_or_never() {
            assert!(has_more, "the stream ended");
        }
        let changes = self
            .text
            .split("\n\n")
            .filter(|event| event.contains("event: change\n"));
        let data = changes
            .flat_map(str::lines)
            .filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("a change"))
            .collect()
    }

    /// Waits until a text has arrived `count` times.
    pub(crate) async fn wait_for(&mut self, text: &str, count: usize) {
        while self.text.matches(text).count() < count {
            assert!(self.read_more().await, "the stream ended");
        }
    }

    /// Waits for the stream to end.
    pub(crate) async fn wait_for_end(&mut self) {
        while self.read_more().await {}
    }

    /// Waits for the next frame. False at the end of the stream.
    async fn read_more(&mut self) -> bool {
        match self.body.frame().await {
            Some(frame) => {
                let data = frame.expect("a frame").into_data().expect("data");
                self.text
                    .push_str(std::str::from_utf8(&data).expect("text"));
                true
            }
            None => false,
        }
    }
}
