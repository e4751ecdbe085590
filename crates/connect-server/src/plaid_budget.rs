//! The budget of calls to Plaid: its limits are shared by all users and jobs.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::error::{Error, Result};

/// The calls that this process may make. A person is refused when they are used up; jobs wait, and never use more than half of them.
#[derive(Debug)]
pub(crate) struct PlaidBudget {
    /// `None` for no limit.
    limits: Option<Limits>,
}

#[derive(Debug)]
struct Limits {
    all: DefaultDirectRateLimiter,
    jobs: DefaultDirectRateLimiter,
}

impl PlaidBudget {
    /// Allows this many calls per minute; 0 for no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        let limits = NonZeroU32::new(per_minute).map(|calls| {
            let half = NonZeroU32::new(per_minute / 2).unwrap_or(NonZeroU32::MIN);
            Limits {
                all: RateLimiter::direct(Quota::per_minute(calls)),
                jobs: RateLimiter::direct(Quota::per_minute(half)),
            }
        });
        Self { limits }
    }

    /// Counts a call for a person who waits.
    ///
    /// # Errors
    ///
    /// [`Error::PlaidBudget`], if the calls are used up.
    pub(crate) fn person(&self) -> Result<()> {
        let Some(limits) = &self.limits else {
            return Ok(());
        };
        let wait = |until: governor::NotUntil<_>| -> Duration {
            until.wait_time_from(DefaultClock::default().now())
        };
        let counted = limits.all.check();
        counted.map_err(|until| Error::PlaidBudget(wait(until)))
    }

    /// Waits until a job may call Plaid, and counts the call. A job waits before it locks anything.
    pub(crate) async fn job(&self) {
        if let Some(limits) = &self.limits {
            limits.jobs.until_ready().await;
            limits.all.until_ready().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn jobs_leave_half_of_the_calls_to_people() {
        let budget = PlaidBudget::new(10);
        let by_jobs = (0..20).filter(|_| budget.job().now_or_never().is_some());
        assert_eq!(by_jobs.count(), 5);
        let by_people = (0..20).filter(|_| budget.person().is_ok());
        assert_eq!(by_people.count(), 5);
        assert!(matches!(budget.person(), Err(Error::PlaidBudget(wait)) if !wait.is_zero()));
    }

    #[test]
    fn jobs_wait_for_people() {
        let budget = PlaidBudget::new(10);
        assert!((0..10).all(|_| budget.person().is_ok()));
        assert_eq!(budget.job().now_or_never(), None);
    }

    #[test]
    fn a_budget_of_zero_is_no_limit() {
        let budget = PlaidBudget::new(0);
        assert!((0..10_000).all(|_| budget.person().is_ok()));
        assert!((0..10_000).all(|_| budget.job().now_or_never().is_some()));
    }
}
