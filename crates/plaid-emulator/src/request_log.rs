//! A log of the received requests, for tests to count.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{Method, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;

/// The number of requests that are kept.
const KEPT: usize = 10_000;

/// The latest requests, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    total: u64,
    latest: VecDeque<LoggedRequest>,
}

/// A logged request, without its query, headers and body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LoggedRequest {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    method: String,
    /// Tokens in the path are redacted.
    path: String,
    status: u16,
}

impl RequestLog {
    /// Returns the number of all requests, and the requests that are kept.
    pub(crate) fn read(&self) -> (u64, Vec<LoggedRequest>) {
        let log = self.log();
        (log.total, log.latest.iter().cloned().collect())
    }

    pub(crate) fn reset(&self) {
        *self.log() = Log::default();
    }

    pub(crate) fn add(&self, at: OffsetDateTime, method: &Method, path: &str, status: StatusCode) {
        let logged = LoggedRequest {
            at,
            method: method.as_str().to_owned(),
            path: redacted(path),
            status: status.as_u16(),
        };
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
    fn a_token_in_a_path_is_redacted() {
        assert_eq!(redacted("/a/link-sandbox-0-1/b"), "/a/link-sandbox-…/b");
        assert_eq!(redacted("/item/get"), "/item/get");
    }
}
