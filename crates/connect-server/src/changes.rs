//! Tells open pages what changed.

use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use connect_api::{Change, ChangeKind};
use plaid_types::ItemId;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::error::chain;

/// How often to look whether another process has written.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How far a page may fall behind; one that falls further has to begin anew.
const KEPT: usize = 1024;

/// How many pages look at the same time what it wrote.
const LOOKS_AT_ONCE: usize = 2;

/// What open pages are told.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// Something of this user's changed.
    Of(UserId, Change),
    /// Another process has written: something of anybody's may have changed.
    Elsewhere,
}

/// Where changes are told, and listened to.
#[derive(Debug)]
pub(crate) struct Changes {
    told: Sender<News>,
    /// Grows with every change, and from one process to the next.
    count: AtomicU64,
    /// All open pages look at the same time; requests wait for fewer.
    looks: Semaphore,
}

impl Default for Changes {
    fn default() -> Self {
        let microseconds = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000;
        Self {
            told: broadcast::channel(KEPT).0,
            count: AtomicU64::new(microseconds.try_into().unwrap_or_default()),
            looks: Semaphore::new(LOOKS_AT_ONCE),
        }
    }
}

impl Changes {
    /// Tells every open page of the user.
    pub(crate) fn tell(&self, user: &UserId, item_id: &ItemId, kind: ChangeKind) {
        let item_id = item_id.clone();
        self.send(News::Of(user.clone(), Change { item_id, kind }));
    }

    fn send(&self, news: News) {
        self.count.fetch_add(1, Ordering::SeqCst);
        // Nobody listening is no error.
        let _ = self.told.send(news);
    }

    /// What a page looks at, when it is its turn.
    pub(crate) async fn looking<T>(&self, look: impl Future<Output = T>) -> T {
        let _turn = self.looks.acquire().await;
        look.await
    }

    /// Every change from now on, of every user: the listener picks its own.
    pub(crate) fn listen(&self) -> Receiver<News> {
        self.told.subscribe()
    }

    /// How many changes there were. What is read from the database after this has them all; whoever listened before it
    /// hears of all others.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

/// Tells of what other processes write from then on, for as long as the backend lives.
pub(crate) async fn look_elsewhere(backend: Weak<Backend>, mut seen: i64) {
    let mut fails = false;
    loop {
        let stop = {
            let Some(backend) = backend.upgrade() else {
                return;
            };
            match backend.store.written_elsewhere().await {
                Ok(written) => {
                    fails = false;
                    if written != seen {
                        seen = written;
                        backend.changes.send(News::Elsewhere);
                    }
                }
                Err(error) if !fails => {
                    fails = true;
                    tracing::error!(
                        cause = chain(&error),
                        "what other processes write is not seen"
                    );
                }
                Err(_) => {}
            }
            backend.stop.clone()
        };
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}
