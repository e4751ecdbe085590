//! The budget of lookups of keys: their ids come from the sender, so that forged webhooks could cause any number of calls.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;

use super::error::WebhookError;

/// How many lookups a minute each share allows, at once or one after the other.
const LOOKUPS: NonZeroU32 = NonZeroU32::new(60).expect("not zero");

/// How many ids are remembered.
const REMEMBERED: u64 = 10_000;
/// How long an id is remembered: as long as Plaid repeats a webhook.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// The lookups that are allowed, in two shares. Plaid repeats a webhook, and signs many with one key. A new id that was refused has a
/// share of its own when it is seen again: random ids cannot use that share up.
#[derive(Debug)]
pub(super) struct Budget {
    first: DefaultDirectRateLimiter,
    repeated: DefaultDirectRateLimiter,
    refused: Cache<String, ()>,
}

impl Budget {
    pub(super) fn new() -> Self {
        let share = || RateLimiter::direct(Quota::per_minute(LOOKUPS));
        Self {
            first: share(),
            repeated: share(),
            refused: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(MEMORY)
                .build(),
        }
    }

    /// Counts a lookup of an id that may be forged.
    pub(super) async fn take(&self, kid: &str) -> Result<(), WebhookError> {
        if self.refused.get(kid).await.is_some() {
            return self.take_repeated();
        }
        let taken = take(&self.first);
        if taken.is_err() {
            self.refused.insert(kid.to_owned(), ()).await;
        }
        taken
    }

    /// Counts a lookup of an id that is known or was seen before.
    pub(super) fn take_repeated(&self) -> Result<(), WebhookError> {
        take(&self.repeated)
    }
}

fn take(share: &DefaultDirectRateLimiter) -> Result<(), WebhookError> {
    let denied = |until: governor::NotUntil<_>| until.wait_time_from(DefaultClock::default().now());
    let taken = share.check();
    taken.map_err(|until| WebhookError::TooManyKeys(denied(until)))
}
