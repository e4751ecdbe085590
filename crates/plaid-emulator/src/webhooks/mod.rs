//! Webhooks: signed, delivered, and delivered again with Plaid's patience.

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

/// Delays between the attempts: the first of 30 seconds, each four times the one before, 24 hours in all.
const RETRIES: [Duration; 6] = [
    Duration::seconds(30),
    Duration::seconds(120),
    Duration::seconds(480),
    Duration::seconds(1_920),
    Duration::seconds(7_680),
    Duration::seconds(30_720),
];

/// So many attempts are remembered.
const KEPT: usize = 1_000;

/// What is to be delivered and what was.
#[derive(Debug)]
pub(crate) struct Webhooks {
    clock: Clock,
    key: WebhookKey,
    client: reqwest::Client,
    /// Rung when there is something new to deliver.
    bell: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By the time at which it is due, then in the order in which it was made.
    queue: BTreeMap<(OffsetDateTime, u64), Webhook>,
    made: u64,
    /// How often everything was forgotten.
    resets: u64,
    manners: Manners,
    attempts: Vec<Attempt>,
}

/// A webhook on its way.
#[derive(Clone, Debug)]
struct Webhook {
    url: String,
    kind: String,
    code: String,
    body: String,
    /// How often it was tried.
    tried: usize,
    /// How often everything had been forgotten when it was made.
    resets: u64,
}

/// How webhooks are delivered, for better or worse.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Manners {
    /// How often each is sent.
    copies: u8,
    /// Whether they are held back for now.
    hold: bool,
    /// Whether those that are due together go out the newest first.
    reverse: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            copies: 1,
            hold: false,
            reverse: false,
        }
    }
}

/// One attempt to deliver.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    webhook_type: String,
    webhook_code: String,
    url: String,
    /// 1 for the first.
    attempt: usize,
    /// What the receiver answered; null when it did not.
    status: Option<u16>,
}

impl Webhooks {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            key: WebhookKey::new(),
            clock,
            client: reqwest::Client::new(),
            bell: Notify::new(),
            state: Mutex::default(),
        }
    }

    /// Sends this body to that URL, as soon as may be.
    pub(crate) fn send(&self, url: &str, body: &Value) {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let webhook = Webhook {
            url: url.to_owned(),
            kind: text("webhook_type"),
            code: text("webhook_code"),
            // Two spaces of indentation, as Plaid writes it; the signature is over these very bytes.
            body: format!("{body:#}"),
            tried: 0,
            resets: 0,
        };
        self.state().enqueue(self.clock.now(), webhook);
        self.bell.notify_one();
    }

    pub(crate) fn key(&self) -> &WebhookKey {
        &self.key
    }

    pub(crate) fn set_manners(&self, manners: Manners) {
        self.state().manners = manners;
        self.bell.notify_one();
    }

    /// The attempts so far, the oldest first.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.state().attempts.clone()
    }

    /// Forgets what was to be delivered. The key stays: receivers keep it by its id.
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
        for _ in 0..self.manners.copies {
            self.made += 1;
            self.queue.insert((due, self.made), webhook.clone());
        }
    }

    /// Takes out what is due, in the order in which it goes out.
    fn due(&mut self, now: OffsetDateTime) -> Vec<Webhook> {
        if self.manners.hold {
            return Vec::new();
        }
        let later = self.queue.split_off(&(now, u64::MAX));
        let mut due: Vec<_> = std::mem::replace(&mut self.queue, later)
            .into_values()
            .collect();
        if self.manners.reverse {
            due.reverse();
        }
        due
    }

    fn next_due(&self) -> Option<OffsetDateTime> {
        let first = self.queue.first_key_value().filter(|_| !self.manners.hold);
        first.map(|((due, _), _)| *due)
    }

    /// Notes an attempt; what was not taken is tried again, until patience ends.
    fn settle(&mut self, now: OffsetDateTime, mut webhook: Webhook, status: Option<u16>) {
        if webhook.resets != self.resets {
            return;
        }
        webhook.tried += 1;
        if self.attempts.len() == KEPT {
            self.attempts.remove(0);
        }
        self.attempts.push(Attempt {
            webhook_type: webhook.kind.clone(),
            webhook_code: webhook.code.clone(),
            url: webhook.url.clone(),
            attempt: webhook.tried,
            status,
        });
        if status != Some(200)
            && let Some(delay) = RETRIES.get(webhook.tried - 1)
        {
            self.made += 1;
            self.queue.insert((now + *delay, self.made), webhook);
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
            tried: 0,
            resets: 0,
        }
    }

    #[test]
    fn patience_lasts_six_retries_and_less_than_a_day() {
        let mut state = State::default();
        let start = datetime!(2026-01-01 00:00 UTC);
        state.enqueue(start, webhook("ERROR"));
        let mut now = start;
        let mut delays = Vec::new();
        while let Some(due) = state.next_due() {
            assert!(
                state.due(due - Duration::NANOSECOND).is_empty(),
                "before its time"
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
    fn what_was_on_its_way_before_a_reset_is_forgotten() {
        let mut state = State {
            resets: 1,
            ..State::default()
        };
        state.settle(datetime!(2026-01-01 00:00 UTC), webhook("ERROR"), None);
        assert!(state.queue.is_empty() && state.attempts.is_empty());
    }

    #[test]
    fn what_was_taken_is_not_sent_again() {
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
