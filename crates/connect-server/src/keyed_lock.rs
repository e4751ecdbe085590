//! A lock for each key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// A map of locks: tasks with the same key wait for each other, tasks with different keys do not.
#[derive(Debug)]
pub(crate) struct KeyedLock<K>(Mutex<HashMap<K, Weak<AsyncMutex<()>>>>);

impl<K> Default for KeyedLock<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq> KeyedLock<K> {
    /// Waits for the lock of a key. Dropping the guard releases it.
    pub(crate) async fn lock(&self, key: K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Only when the map is full: a pass over a large map for each lock would be slow.
            if locks.len() == locks.capacity() {
                locks.retain(|_, lock| lock.strong_count() > 0);
            }
            let held = locks.get(&key).and_then(Weak::upgrade);
            held.unwrap_or_else(|| {
                let lock = Arc::default();
                locks.insert(key, Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn released_keys_are_removed() {
        let locks = KeyedLock::default();
        let held = locks.lock(0).await;
        for key in 1..10_000 {
            locks.lock(key).await;
        }
        assert!(locks.0.lock().expect("a map").len() < 10);
        let mut second = pin!(locks.lock(0));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(held);
        second.await;
    }
}
