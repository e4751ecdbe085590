//! The rules of the faults that a test injects.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use serde::Deserialize;

/// The active rules.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Rule>>,
    /// Whether there is any rule. Requests take the lock only then.
    any: AtomicBool,
}

/// A rule: which fault, for which paths, how often.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Rule {
    /// The path; with `*` at its end, a prefix of the path.
    path: String,
    /// The number of requests that get the fault; without it, all.
    times: Option<u32>,
    #[serde(flatten)]
    fault: Fault,
}

/// A fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The response is delayed.
    Delay { ms: u64 },
    /// The request is not handled; the response is a Plaid error such as `RATE_LIMIT`.
    Error { code: String },
    /// The request is not handled; the response is HTML, as from a proxy.
    Html {
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// The request is handled; the JSON of the response is cut in half.
    BrokenJson,
    /// The request is handled; the response has unknown fields and values.
    UnknownFields,
    /// The request is handled; the connection closes without a response.
    DropResponse,
    /// The request is not handled; the connection closes.
    Close,
}

fn bad_gateway() -> u16 {
    502
}

impl Faults {
    /// Replaces the rules.
    pub(crate) fn set(&self, rules: Vec<Rule>) {
        self.any.store(!rules.is_empty(), Ordering::Relaxed);
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    pub(crate) fn reset(&self) {
        self.set(Vec::new());
    }

    /// Returns the fault of the first matching rule, and counts it.
    pub(crate) fn next(&self, path: &str) -> Option<Fault> {
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
            Some(prefix) => path.starts_with(prefix),
            None => path == self.path,
        }
    }
}
