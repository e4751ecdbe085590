//! A log of the requests that came in, so that a test can count them.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{app::App, controls, faults};

const KEPT: usize = 10_000;

/// The latest requests, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    total: u64,
    latest: VecDeque<Logged>,
}

/// A request: nothing of its query, its headers or its body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Logged {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    method: String,
    /// Tokens in it are cut short.
    path: String,
    status: u16,
}

impl Requests {
    /// How many there were, and those that are kept.
    pub(crate) fn read(&self) -> (u64, Vec<Logged>) {
        let log = self.log();
        (log.total, log.latest.iter().cloned().collect())
    }

    pub(crate) fn reset(&self) {
        *self.log() = Log::default();
    }

    fn add(&self, logged: Logged) {
        let mut log = self.log();
        log.total += 1;
        if log.latest.len() == KEPT {
            log.latest.pop_front();
        }
        log.latest.push_back(logged);
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every request but those to the controls is logged, and meets the faults.
pub(crate) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(controls::PREFIX) {
        return next.run(request).await;
    }
    let at = app.clock.now();
    let method = request.method().as_str().to_owned();
    let path = redacted(request.uri().path());
    let response = faults::inject(&app, request, next).await;
    let status = response.status().as_u16();
    app.requests.add(Logged {
        at,
        method,
        path,
        status,
    });
    response
}

fn redacted(path: &str) -> String {
    if !path.contains("-sandbox-") {
        return path.to_owned();
    }
    let segments = path
        .split('/')
        .map(|segment| match segment.split_once("-sandbox-") {
            Some((kind, _)) => format!("{kind}-sandbox-…"),
            None => segment.to_owned(),
        });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_path_is_cut_short() {
        assert_eq!(redacted("/a/link-sandbox-0-1/b"), "/a/link-sandbox-…/b");
        assert_eq!(redacted("/item/get"), "/item/get");
    }
}
