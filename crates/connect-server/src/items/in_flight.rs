//! The exchanges under way, and what waits for them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, OwnedMutexGuard, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::keyed_lock::KeyedLock;
use crate::user::UserId;

/// How many new Items are completed at the same time.
const CONCURRENT_COMPLETIONS: usize = 16;

/// How long a completion waits for browsers that wait for an exchange.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// The exchanges under way: one at a time for each user. The balances of new Items are fetched when no browser waits for an
/// exchange.
#[derive(Debug)]
pub(crate) struct Exchanges {
    by_user: KeyedLock<UserId>,
    waiting_browsers: InFlight,
    completions: Semaphore,
}

impl Default for Exchanges {
    fn default() -> Self {
        Self {
            by_user: KeyedLock::default(),
            waiting_browsers: InFlight::default(),
            completions: Semaphore::new(CONCURRENT_COMPLETIONS),
        }
    }
}

impl Exchanges {
    /// Waits until no other public token of the user is being exchanged in this process.
    pub(crate) async fn lock(&self, user: &UserId) -> OwnedMutexGuard<()> {
        self.by_user.lock(user.clone()).await
    }

    /// Counts a browser that waits for an exchange, until the guard is dropped.
    pub(crate) fn enter(&self) -> InFlightGuard<'_> {
        self.waiting_browsers.enter()
    }

    /// Waits until a new Item may be completed: when no browser waits, or after two seconds.
    pub(crate) async fn completion_turn(&self) -> Option<SemaphorePermit<'_>> {
        let deadline = Instant::now() + MAX_DELAY;
        let permit = self.completions.acquire().await.ok();
        let _ = timeout_at(deadline, self.waiting_browsers.idle()).await;
        permit
    }
}

/// A count of operations in flight.
#[derive(Debug, Default)]
struct InFlight {
    count: AtomicUsize,
    idle: Notify,
}

/// An operation in flight, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlightGuard<'a>(&'a InFlight);

impl InFlight {
    fn enter(&self) -> InFlightGuard<'_> {
        self.count.fetch_add(1, Ordering::SeqCst);
        InFlightGuard(self)
    }

    /// Waits until no operation is in flight.
    async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn it_is_idle_when_the_last_operation_has_ended() {
        let in_flight = InFlight::default();
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(pin!(in_flight.idle()).poll(&mut context), Poll::Ready(()));
        let (first, second) = (in_flight.enter(), in_flight.enter());
        let mut idle = pin!(in_flight.idle());
        assert_eq!(idle.as_mut().poll(&mut context), Poll::Pending);
        drop(first);
        assert_eq!(idle.as_mut().poll(&mut context), Poll::Pending);
        drop(second);
        assert_eq!(idle.as_mut().poll(&mut context), Poll::Ready(()));
    }
}
