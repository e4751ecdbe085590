//! What goes wrong on purpose: rules that a test sets, each for some paths and some times.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::Value;

use crate::{app::App, routes};

/// The rules that are in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Rule>>,
    /// Whether there is any rule, so that a request is held up by none otherwise.
    any: AtomicBool,
}

/// One rule.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Rule {
    /// The path it is for; with `*` at its end, every path that begins so.
    path: String,
    /// How often it acts; without it, until the rules are replaced.
    times: Option<u32>,
    #[serde(flatten)]
    fault: Fault,
}

/// What goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The answer comes late.
    Delay { ms: u64 },
    /// Nothing is done, and Plaid says why: `RATE_LIMIT`, `INTERNAL_SERVER_ERROR` or any other code.
    Error { code: String },
    /// Nothing is done, and something that is not Plaid answers.
    Html {
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// The work is done, and half of the answer's JSON comes.
    BrokenJson,
    /// The answer has fields and values that nobody has seen before.
    UnknownFields,
    /// The work is done, and the connection closes without an answer.
    DropResponse,
    /// Nothing is done, and the connection closes.
    Close,
}

fn bad_gateway() -> u16 {
    502
}

impl Faults {
    /// Puts these rules in the place of those in force.
    pub(crate) fn set(&self, rules: Vec<Rule>) {
        self.any.store(!rules.is_empty(), Ordering::Relaxed);
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    pub(crate) fn reset(&self) {
        self.set(Vec::new());
    }

    /// The fault that the first matching rule brings about; that rule has acted once more.
    fn next(&self, path: &str) -> Option<Fault> {
        if !self.any.load(Ordering::Relaxed) {
            return None;
        }
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rules
            .iter_mut()
            .find(|rule| rule.matches(path) && rule.times != Some(0))?;
        rule.times = rule.times.map(|times| times - 1);
        Some(rule.fault.clone())
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.path,
        }
    }
}

/// Lets the request through, with what goes wrong on its way.
pub(crate) async fn inject(app: &App, request: Request, next: Next) -> Response {
    match app.faults.next(request.uri().path()) {
        None => next.run(request).await,
        Some(Fault::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(Fault::Error { code }) => routes::failure(app, &code),
        Some(Fault::Html { status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let page = format!("<!doctype html><title>{status}</title><h1>{status}</h1>");
            (status, Html(page)).into_response()
        }
        Some(Fault::BrokenJson) => {
            rewritten(next.run(request).await, |body| {
                body[..body.len() / 2].to_vec()
            })
            .await
        }
        Some(Fault::UnknownFields) => rewritten(next.run(request).await, with_unknown_fields).await,
        Some(Fault::DropResponse) => {
            drop(next.run(request).await);
            closed()
        }
        Some(Fault::Close) => closed(),
    }
}

/// A body that fails before its first byte makes the server close the connection without an answer.
fn closed() -> Response {
    let failure = Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted));
    Response::new(Body::from_stream(stream::iter([failure])))
}

/// The response with another body, if it is JSON.
async fn rewritten(response: Response, rewrite: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    if response.headers().get(CONTENT_TYPE) != Some(&HeaderValue::from_static("application/json")) {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut response = (head.status, rewrite(&body)).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn with_unknown_fields(body: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_default();
    add_unknown(&mut value);
    value.to_string().into_bytes()
}

/// Fields whose values come from lists that Plaid extends without notice.
const OPEN: &[&str] = &[
    "subtype",
    "type",
    "update_type",
    "payment_channel",
    "error_type",
];

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if OPEN.contains(&name.as_str()) && value.is_string() {
                    *value = "emulator_unknown".into();
                }
                add_unknown(value);
            }
            fields.insert(
                "emulator_unknown".to_owned(),
                serde_json::json!({ "list": [1, null] }),
            );
        }
        Value::Array(list) => list.iter_mut().for_each(add_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
