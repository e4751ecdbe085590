//! When SQLite's log is on the disk.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use connect_server::Digest;
use connect_server::store::{Claim, Items, Sqlite, SyncData, Webhooks};
use tempfile::TempDir;

use crate::fixtures::{claim, item, user};

/// A disk whose syncs are counted, and wait while it is blocked.
#[derive(Clone, Default)]
struct Disk {
    syncs: Arc<AtomicUsize>,
    blocked: Arc<(Mutex<bool>, Condvar)>,
}

impl Disk {
    fn sync_data(&self) -> SyncData {
        let disk = self.clone();
        SyncData::new(move |file| {
            let (blocked, unblocked) = &*disk.blocked;
            let blocked = blocked.lock().expect("a lock");
            drop(unblocked.wait_while(blocked, |blocked| *blocked));
            disk.syncs.fetch_add(1, Ordering::SeqCst);
            file.sync_data()
        })
    }

    fn block(&self, block: bool) {
        *self.blocked.0.lock().expect("a lock") = block;
        self.blocked.1.notify_all();
    }

    fn syncs(&self) -> usize {
        self.syncs.load(Ordering::SeqCst)
    }
}

async fn open(folder: &TempDir, disk: &Disk) -> Sqlite {
    let url = format!("sqlite:{}", folder.path().join("connect.db").display());
    let store = Sqlite::open_with(&url, disk.sync_data()).await;
    store.expect("a database")
}

/// An access token that a power failure takes is lost for ever.
#[tokio::test]
async fn a_new_item_is_synced_before_it_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::default();
    let store = open(&folder, &disk).await;
    let (ada, token) = (user(&store, "ada").await, Digest::of("public-1"));
    let before = disk.syncs();
    let item = item("new");
    let added = store.add_item(&ada, &token, &item, b"sealed", None);
    added.await.expect("an Item");
    assert_eq!(disk.syncs(), before + 1);
}

#[tokio::test]
async fn a_transaction_is_synced_before_it_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::default();
    let store = open(&folder, &disk).await;
    let before = disk.syncs();
    store.store_webhooks(&[], &[1]).await.expect("an answer");
    assert_eq!(disk.syncs(), before + 1);
}

/// Plaid can be asked again for what a relaxed write would lose.
#[tokio::test]
async fn a_relaxed_write_is_reported_first_and_synced_soon() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::default();
    let store = open(&folder, &disk).await;
    let (ada, token) = (user(&store, "ada").await, Digest::of("public-1"));
    let before = disk.syncs();
    disk.block(true);
    let claimed = claim(&store, &ada, &token, "2026-01", "2026-01").await;
    assert_eq!(claimed, Claim::Acquired);
    assert_eq!(disk.syncs(), before);
    disk.block(false);
    let synced = async {
        while disk.syncs() == before {
            tokio::task::yield_now().await;
        }
    };
    let deadline = std::time::Duration::from_secs(30);
    tokio::time::timeout(deadline, synced)
        .await
        .expect("a sync");
}
