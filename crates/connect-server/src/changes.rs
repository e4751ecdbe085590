//! Tells open pages what changed.

use std::sync::atomic::{AtomicU64, Ordering};

use connect_api::{Change, ChangeKind};
use plaid_types::ItemId;
use time::OffsetDateTime;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::auth::UserId;

/// How far a page may fall behind; one that falls further has to begin anew.
const KEPT: usize = 1024;

/// Where changes are told, and listened to.
#[derive(Debug)]
pub(crate) struct Changes {
    told: Sender<(UserId, Change)>,
    /// Grows with every change, and from one process to the next.
    count: AtomicU64,
}

impl Default for Changes {
    fn default() -> Self {
        let microseconds = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000;
        Self {
            told: broadcast::channel(KEPT).0,
            count: AtomicU64::new(microseconds.try_into().unwrap_or_default()),
        }
    }
}

impl Changes {
    /// Tells every open page of the user.
    pub(crate) fn tell(&self, user: &UserId, item_id: &ItemId, kind: ChangeKind) {
        self.count.fetch_add(1, Ordering::SeqCst);
        // Nobody listening is no error.
        let _ = self.told.send((
            user.clone(),
            Change {
                item_id: item_id.clone(),
                kind,
            },
        ));
    }

    /// Every change from now on, of every user: the listener picks its own.
    pub(crate) fn listen(&self) -> Receiver<(UserId, Change)> {
        self.told.subscribe()
    }

    /// How many changes there were. What is read from the database after this has them all; whoever listened before it
    /// hears of all others.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}
