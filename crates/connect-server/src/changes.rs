//! Changes of Items, on their way to the open pages of their users.

use std::time::Duration;

use connect_api::{Change, ChangeKind};
use moka::sync::Cache;
use plaid_types::ItemId;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

use crate::auth::Authenticator;
use crate::error::chain;
use crate::job::Schedule;
use crate::store::Store;
use crate::user::UserId;

/// How often the database is checked for changes of other processes.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// How many changes a page may lag behind; one that lags further reconnects.
const CAPACITY: usize = 1024;

/// How many pages read their Items at the same time.
const CONCURRENT_READS: usize = 2;

/// How many users have a version. A page whose user has lost it fetches its Items once more.
const VERSIONS: u64 = 10_000;

/// The bits of a version: JavaScript's numbers hold no more.
const VERSION_BITS: u32 = 53;

/// A message for open pages.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// An Item of this user changed.
    Changed(UserId, Change),
    /// Another process has written: any user's Items may have changed.
    ExternalWrite,
    /// Sessions of this user have ended.
    SessionsEnded(UserId),
}

/// The channel from changes to open pages.
#[derive(Debug)]
pub(crate) struct Changes {
    sender: Sender<Message>,
    /// A random number for each user, which every change replaces. It tells nothing about other users.
    versions: Cache<UserId, u64>,
    /// All open pages read after an external write; the limit leaves connections for requests.
    reads: Semaphore,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(CAPACITY).0,
            versions: Cache::new(VERSIONS),
            reads: Semaphore::new(CONCURRENT_READS),
        }
    }
}

impl Changes {
    /// Notifies every open page of a user.
    pub(crate) fn notify(&self, user: &UserId, item_id: &ItemId, kind: ChangeKind) {
        self.versions.insert(user.clone(), new_version());
        let item_id = item_id.clone();
        self.send(Message::Changed(user.clone(), Change { item_id, kind }));
    }

    /// Makes every open page of a user check whether it is still signed in.
    pub(crate) fn sessions_ended(&self, user: &UserId) {
        self.send(Message::SessionsEnded(user.clone()));
    }

    fn external_write(&self) {
        self.versions.invalidate_all();
        self.send(Message::ExternalWrite);
    }

    fn send(&self, message: Message) {
        // It fails if no page is open.
        let _ = self.sender.send(message);
    }

    /// Runs a page's read of its Items, when it is its turn.
    pub(crate) async fn limit_read<T>(&self, read: impl Future<Output = T>) -> T {
        let _permit = self.reads.acquire().await;
        read.await
    }

    /// Returns a receiver of all messages from now on, of every user.
    pub(crate) fn subscribe(&self) -> Receiver<Message> {
        self.sender.subscribe()
    }

    /// Returns the version of a user's data. A later read of the database includes all changes up to it; a receiver that
    /// subscribed earlier gets all later ones.
    pub(crate) fn version(&self, user: &UserId) -> u64 {
        self.versions.get_with_by_ref(user, new_version)
    }
}

fn new_version() -> u64 {
    rand::random::<u64>() >> (u64::BITS - VERSION_BITS)
}

/// Job: notifies pages of what other processes write. `version` is the [external version](Store::external_version) at the start.
pub(crate) async fn watch_external_writes(
    store: &dyn Store,
    changes: &Changes,
    auth: &dyn Authenticator,
    version: i64,
    stop: &CancellationToken,
) {
    let mut seen = version;
    let mut is_failing = false;
    let mut schedule = Schedule::new(stop, POLL_INTERVAL);
    while schedule.next().await {
        match store.external_version().await {
            Ok(version) => {
                is_failing = false;
                if version != seen {
                    seen = version;
                    auth.forget_cached();
                    changes.external_write();
                }
            }
            // Logged once, not twice a second.
            Err(error) if !is_failing => {
                is_failing = true;
                let cause = chain(&error);
                tracing::error!(cause, "watching for external writes failed");
            }
            Err(_) => {}
        }
    }
}
