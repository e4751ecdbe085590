//! Limits on requests: of each address, and of each user for whom the backend calls Plaid, whose own limits all users share.

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::config::Config;
use crate::user::UserId;

/// How many visitors of an address may become users in a minute.
const NEW_USERS: u32 = 60;

/// How many events of Link a user may report in a minute. A visit to Link has about twenty.
const LINK_EVENTS: u32 = 600;

/// How many events an address may report: those of five users, because a client may invent a user for each report.
const LINK_EVENTS_OF_ADDRESS: u32 = 5 * LINK_EVENTS;

/// The part of the calls to Plaid that one address gets: a quarter. Otherwise one address could use up those of all users.
const SHARE_OF_CALLS: u32 = 4;

/// How many keys are counted before those are forgotten that are below their limit.
const MAX_KEYS: usize = 10_000;

/// After how many checks the keys are scanned for those: a scan takes long.
const CHECKS_PER_SCAN: usize = 1000;

/// Every limit on requests.
#[derive(Debug)]
pub(crate) struct RateLimits {
    /// Requests of an address.
    pub(crate) requests: RateLimit<IpAddr>,
    /// Requests of a user for which the backend calls Plaid.
    pub(crate) plaid_requests: RateLimit<UserId>,
    /// Requests of an address for which the backend calls Plaid.
    pub(crate) plaid_requests_of_address: RateLimit<IpAddr>,
    /// Visitors of an address who become users.
    pub(crate) new_users: RateLimit<IpAddr>,
    /// Events of Link that a user reports.
    pub(crate) link_events: RateLimit<UserId>,
    /// Events of Link that an address reports.
    pub(crate) link_events_of_address: RateLimit<IpAddr>,
}

impl RateLimits {
    /// Creates the limits that the configuration sets.
    pub(crate) fn new(config: &Config) -> Self {
        let of_address = |limit| match config.address_rate_limit {
            0 => 0,
            _ => limit,
        };
        let calls = config.plaid_rate_limit.div_ceil(SHARE_OF_CALLS);
        Self {
            requests: RateLimit::new(config.address_rate_limit),
            plaid_requests: RateLimit::new(config.rate_limit),
            plaid_requests_of_address: RateLimit::new(of_address(calls)),
            new_users: RateLimit::new(of_address(NEW_USERS)),
            link_events: RateLimit::new(LINK_EVENTS),
            link_events_of_address: RateLimit::new(of_address(LINK_EVENTS_OF_ADDRESS)),
        }
    }
}

/// Counts the requests of each key in a minute.
#[derive(Debug)]
pub(crate) struct RateLimit<K: Clone + fmt::Debug + Eq + Hash, C: Clock = DefaultClock> {
    /// `None` for no limit.
    limiter: Option<Limiter<K, C>>,
    clock: C,
    checks: AtomicUsize,
}

type Limiter<K, C> =
    RateLimiter<K, DefaultKeyedStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl<K: Clone + fmt::Debug + Eq + Hash> RateLimit<K> {
    /// Allows each key this many requests per minute; 0 for no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self::with_clock(per_minute, DefaultClock::default())
    }
}

impl<K: Clone + fmt::Debug + Eq + Hash, C: Clock + Clone> RateLimit<K, C> {
    fn with_clock(per_minute: u32, clock: C) -> Self {
        let limiter = NonZeroU32::new(per_minute).map(|requests| {
            let quota = Quota::per_minute(requests);
            RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone())
        });
        Self {
            limiter,
            clock,
            checks: AtomicUsize::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// How long to wait before the next request, if there were too many.
    pub(crate) fn check(&self, key: &K) -> Result<(), Duration> {
        self.check_many(key, NonZeroU32::MIN)
    }

    /// Counts several requests at once.
    ///
    /// # Errors
    ///
    /// How long to wait before the next request, if there were too many.
    pub(crate) fn check_many(&self, key: &K, count: NonZeroU32) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks.is_multiple_of(CHECKS_PER_SCAN) && limiter.len() > MAX_KEYS {
            limiter.retain_recent();
        }
        match limiter.check_key_n(key, count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(denied)) => Err(denied.wait_time_from(self.clock.now())),
            // More at once than a minute allows.
            Err(_) => Err(Duration::from_secs(60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn only_a_user_who_sends_too_many_requests_waits() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock(3, clock.clone());
        let seconds = Duration::from_secs;
        for (user, after, expected) in [
            ("ada", 0, Ok(())),
            ("ada", 0, Ok(())),
            ("ada", 0, Ok(())),
            ("ada", 0, Err(seconds(20))),
            ("ada", 5, Err(seconds(15))),
            ("bob", 0, Ok(())),
            ("ada", 15, Ok(())),
            ("ada", 0, Err(seconds(20))),
            ("bob", 3580, Ok(())),
        ] {
            clock.advance(seconds(after));
            assert_eq!(limit.check(&user), expected, "{after} s later");
        }
    }

    #[test]
    fn keys_below_their_limit_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock(60, clock.clone());
        for key in 0..3 * MAX_KEYS {
            limit.check(&key).expect("the first request");
            clock.advance(Duration::from_secs(1));
        }
        assert!(limit.limiter.expect("a limit").len() <= MAX_KEYS + CHECKS_PER_SCAN);
    }

    #[test]
    fn a_limit_of_zero_is_no_limit() {
        let limit = RateLimit::new(0);
        assert!((0..10_000).all(|_| limit.check(&"ada").is_ok()));
    }
}
