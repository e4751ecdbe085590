//! Webhooks: their queue, and Plaid's schedule of retries.

mod delivery;
mod key;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;

pub(crate) use self::key::WebhookKey;
use crate::clock::Clock;

/// The delays between the attempts: 30 seconds, then four times the one before, less than 24 hours in all.
const RETRIES: [Duration; 6] = [
    Duration::seconds(30),
    Duration::seconds(120),
    Duration::seconds(480),
    Duration::seconds(1_920),
    Duration::seconds(7_680),
    Duration::seconds(30_720),
];

/// The number of attempts that are kept.
const KEPT: usize = 1_000;

/// The queue of webhooks, with a log of the attempts to deliver them.
#[derive(Debug)]
pub(crate) struct Webhooks {
    clock: Clock,
    key: WebhookKey,
    client: reqwest::Client,
    /// Notified when the queue or the options have changed.
    changed: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By due time, then by the order of creation.
    queue: BTreeMap<(OffsetDateTime, u64), Webhook>,
    created: u64,
    /// The number of resets.
    resets: u64,
    options: DeliveryOptions,
    attempts: Vec<Attempt>,
}

/// A queued webhook.
#[derive(Clone, Debug)]
struct Webhook {
    url: String,
    kind: String,
    code: String,
    body: String,
    /// The number of attempts.
    tries: usize,
    /// The number of resets at its creation. A webhook from before a reset is dropped.
    resets: u64,
}

/// The options of the delivery, for tests.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeliveryOptions {
    /// The number of copies of each webhook.
    copies: u8,
    /// Whether delivery is paused.
    hold: bool,
    /// Whether webhooks that are due together are sent the newest first.
    reverse: bool,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            copies: 1,
            hold: false,
            reverse: false,
        }
    }
}

/// An attempt to deliver a webhook.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    webhook_type: String,
    webhook_code: String,
    url: String,
    /// The number of the attempt, from 1.
    attempt: usize,
    /// The HTTP status of the receiver; null if it did not respond.
    status: Option<u16>,
}

impl Webhooks {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            key: WebhookKey::new(),
            clock,
            client: reqwest::Client::new(),
            changed: Notify::new(),
            state: Mutex::default(),
        }
    }

    /// Queues a webhook with this body for immediate delivery.
    pub(crate) fn send(&self, url: &str, body: &Value) {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let webhook = Webhook {
            url: url.to_owned(),
            kind: text("webhook_type"),
            code: text("webhook_code"),
            // Plaid indents with two spaces. The signature covers these bytes.
            body: format!("{body:#}"),
            tries: 0,
            resets: 0,
        };
        self.state().enqueue(self.clock.now(), webhook);
        self.changed.notify_one();
    }

    pub(crate) fn key(&self) -> &WebhookKey {
        &self.key
    }

    pub(crate) fn set_delivery_options(&self, options: DeliveryOptions) {
        self.state().options = options;
        self.changed.notify_one();
    }

    /// Returns the attempts, the oldest first.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.state().attempts.clone()
    }

    /// Clears the queue and the attempts. The key stays, because receivers cache it by its id.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        *state = State {
            resets: state.resets + 1,
            ..State::default()
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, due: OffsetDateTime, mut webhook: Webhook) {
        webhook.resets = self.resets;
        for _ in 0..self.options.copies {
            self.created += 1;
            self.queue.insert((due, self.created), webhook.clone());
        }
    }

    /// Removes and returns the webhooks that are due, in the order of delivery.
    fn due(&mut self, now: OffsetDateTime) -> Vec<Webhook> {
        if self.options.hold {
            return Vec::new();
        }
        let later = self.queue.split_off(&(now, u64::MAX));
        let mut due: Vec<_> = std::mem::replace(&mut self.queue, later)
            .into_values()
            .collect();
        if self.options.reverse {
            due.reverse();
        }
        due
    }

    fn next_due(&self) -> Option<OffsetDateTime> {
        let first = self.queue.first_key_value().filter(|_| !self.options.hold);
        first.map(|((due, _), _)| *due)
    }

    /// Records an attempt. A webhook that was not accepted is queued again, up to the last retry.
    fn settle(&mut self, now: OffsetDateTime, mut webhook: Webhook, status: Option<u16>) {
        if webhook.resets != self.resets {
            return;
        }
        webhook.tries += 1;
        if self.attempts.len() == KEPT {
            self.attempts.remove(0);
        }
        self.attempts.push(Attempt {
            webhook_type: webhook.kind.clone(),
            webhook_code: webhook.code.clone(),
            url: webhook.url.clone(),
            attempt: webhook.tries,
            status,
        });
        if status != Some(200)
            && let Some(delay) = RETRIES.get(webhook.tries - 1)
        {
            self.created += 1;
            self.queue.insert((now + *delay, self.created), webhook);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn webhook(code: &str) -> Webhook {
        Webhook {
            url: "http://127.0.0.1:9/".to_owned(),
            kind: "ITEM".to_owned(),
            code: code.to_owned(),
            body: "{}".to_owned(),
            tries: 0,
            resets: 0,
        }
    }

    #[test]
    fn a_webhook_is_retried_six_times_in_less_than_a_day() {
        let mut state = State::default();
        let start = datetime!(2026-01-01 00:00 UTC);
        state.enqueue(start, webhook("ERROR"));
        let mut now = start;
        let mut delays = Vec::new();
        while let Some(due) = state.next_due() {
            assert!(
                state.due(due - Duration::NANOSECOND).is_empty(),
                "delivered too early"
            );
            delays.push((due - now).whole_seconds());
            now = due;
            for webhook in state.due(now) {
                state.settle(now, webhook, Some(503));
            }
        }
        assert_eq!(delays, [0, 30, 120, 480, 1_920, 7_680, 30_720]);
        assert!(now - start < Duration::DAY);
        assert_eq!(state.attempts.len(), 7);
    }

    #[test]
    fn a_webhook_from_before_a_reset_is_dropped() {
        let mut state = State {
            resets: 1,
            ..State::default()
        };
        state.settle(datetime!(2026-01-01 00:00 UTC), webhook("ERROR"), None);
        assert!(state.queue.is_empty() && state.attempts.is_empty());
    }

    #[test]
    fn an_accepted_webhook_is_not_retried() {
        let mut state = State::default();
        let now = datetime!(2026-01-01 00:00 UTC);
        for (status, again) in [
            (Some(200), false),
            (Some(204), true),
            (Some(302), true),
            (None, true),
        ] {
            state.settle(now, webhook("ERROR"), status);
            assert_eq!(!state.queue.is_empty(), again, "{status:?}");
            state.queue.clear();
        }
    }
}
