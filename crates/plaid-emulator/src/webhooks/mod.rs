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
        };
        self.state().enqueue(self.clock.now(), &webhook);
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
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, due: OffsetDateTime, webhook: &Webhook) {
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
