//! The limit on requests for which the backend calls Plaid: Plaid's own limits are shared by all users.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::user::UserId;

/// Counts the requests of each user.
#[derive(Debug)]
pub(crate) struct RateLimit<C: Clock = DefaultClock> {
    /// `None` for no limit.
    limiter: Option<Limiter<C>>,
    clock: C,
}

type Limiter<C> =
    RateLimiter<UserId, DefaultKeyedStateStore<UserId>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl RateLimit {
    /// Allows each user this many requests per minute; 0 for no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self::with_clock(per_minute, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimit<C> {
    fn with_clock(per_minute: u32, clock: C) -> Self {
        let limiter = NonZeroU32::new(per_minute).map(|requests| {
            let quota = Quota::per_minute(requests);
            RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone())
        });
        Self { limiter, clock }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// How long to wait before the next request, if there were too many.
    pub(crate) fn check(&self, user: &UserId) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let checked = limiter.check_key(user);
        checked.map_err(|denied| denied.wait_time_from(self.clock.now()))
    }

    /// Forgets the users who could send a full minute's requests again.
    pub(crate) fn forget_idle_users(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
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
        let (ada, bob) = (UserId::random(), UserId::random());
        let seconds = Duration::from_secs;
        for (user, after, expected) in [
            (&ada, 0, Ok(())),
            (&ada, 0, Ok(())),
            (&ada, 0, Ok(())),
            (&ada, 0, Err(seconds(20))),
            (&ada, 5, Err(seconds(15))),
            (&bob, 0, Ok(())),
            (&ada, 15, Ok(())),
            (&ada, 0, Err(seconds(20))),
            (&bob, 3580, Ok(())),
        ] {
            clock.advance(seconds(after));
            assert_eq!(limit.check(user), expected, "{after} s later");
        }
    }

    #[test]
    fn idle_users_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock(3, clock.clone());
        limit.check(&UserId::random()).expect("the first request");
        clock.advance(Duration::from_secs(7200));
        limit.check(&UserId::random()).expect("the first request");
        limit.forget_idle_users();
        assert_eq!(limit.limiter.expect("a limit").len(), 1);
    }

    #[test]
    fn a_limit_of_zero_is_no_limit() {
        let limit = RateLimit::new(0);
        let ada = UserId::random();
        assert!((0..10_000).all(|_| limit.check(&ada).is_ok()));
    }
}
