//! The record of what a browser received and logged.

use std::collections::HashMap;

use serde_json::Value;

/// What a browser received, and what its pages logged.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The URLs of requests without a complete response, by request id.
    pub(crate) pending: HashMap<String, String>,
    /// The responses whose bodies are incomplete, by request id.
    pub(crate) incomplete: HashMap<String, Response>,
    pub(crate) responses: Vec<Response>,
    pub(crate) console: Vec<String>,
}

/// A response as the page received it, decompressed.
#[derive(Clone, Debug)]
pub struct Response {
    /// The URL of the request.
    pub url: String,
    /// The HTTP status.
    pub status: u64,
    /// All header lines.
    pub headers: String,
    /// The body, unless the browser keeps none: of a redirect, or of an empty response.
    pub body: Option<String>,
}

impl Record {
    /// Adds a response, unless it came from the browser itself or from a data URL.
    pub(crate) fn add(&mut self, response: Response) {
        if response.url.starts_with("http") {
            self.responses.push(response);
        }
    }
}

impl Response {
    /// Reads a `Network.Response` of the `DevTools` protocol.
    pub(crate) fn read(response: &Value) -> Self {
        Self {
            url: response["url"].as_str().unwrap_or_default().to_owned(),
            status: response["status"].as_u64().unwrap_or_default(),
            headers: response["headers"].to_string(),
            body: None,
        }
    }
}
