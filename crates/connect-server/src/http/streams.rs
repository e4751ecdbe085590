//! The open event streams of each user, up to a limit.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use crate::user::UserId;

/// How many streams of a user may be open. A browser opens one for all its tabs.
const MAX_STREAMS: usize = 32;

/// Counts the open streams of each user.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<UserId, usize>>>);

impl Streams {
    /// Counts a stream of a user, as long as the permit lives. `None` if too many are open.
    pub(crate) fn open(&self, user: &UserId) -> Option<StreamPermit> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user.clone()).or_default();
        if *count == MAX_STREAMS {
            return None;
        }
        *count += 1;
        Some(StreamPermit {
            streams: self.clone(),
            user: user.clone(),
        })
    }
}

/// The right to an open stream.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    streams: Streams,
    user: UserId,
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(self.user.clone()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}
