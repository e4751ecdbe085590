use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Who waits for something to be done: what nobody waits for gives way to them.
#[derive(Debug, Default)]
pub(crate) struct Rush {
    waiting: AtomicUsize,
    over: Notify,
}

/// Somebody waits until this is dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a Rush);

impl Rush {
    /// Somebody waits from now on.
    pub(crate) fn join(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(self)
    }

    /// Returns once nobody waits.
    pub(crate) async fn over(&self) {
        loop {
            let over = self.over.notified();
            if self.waiting.load(Ordering::SeqCst) == 0 {
                return;
            }
            over.await;
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.0.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.over.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn it_is_over_when_the_last_one_has_gone() {
        let rush = Rush::default();
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(pin!(rush.over()).poll(&mut context), Poll::Ready(()));
        let (first, second) = (rush.join(), rush.join());
        let mut over = pin!(rush.over());
        assert_eq!(over.as_mut().poll(&mut context), Poll::Pending);
        drop(first);
        assert_eq!(over.as_mut().poll(&mut context), Poll::Pending);
        drop(second);
        assert_eq!(over.as_mut().poll(&mut context), Poll::Ready(()));
    }
}
