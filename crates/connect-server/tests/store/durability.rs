//! When SQLite's log is on the disk.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use connect_server::Digest;
use connect_server::store::{
    Claim, Items, Sessions, Sqlite, Store, StoreError, SyncData, Unready, Webhooks,
};
use tempfile::TempDir;

use crate::child;
use crate::fixtures::{add_item, at, claim, item, user};

/// A disk whose syncs are counted, wait while it is blocked, and fail once it is broken.
#[derive(Clone, Default)]
struct Disk {
    syncs: Arc<AtomicUsize>,
    blocked: Arc<(Mutex<bool>, Condvar)>,
    broken: Arc<AtomicBool>,
}

impl Disk {
    fn sync_data(&self) -> SyncData {
        let disk = self.clone();
        SyncData::new(move |file| {
            let (blocked, unblocked) = &*disk.blocked;
            let blocked = blocked.lock().expect("a lock");
            drop(unblocked.wait_while(blocked, |blocked| *blocked));
            disk.syncs.fetch_add(1, Ordering::SeqCst);
            if disk.broken.load(Ordering::SeqCst) {
                return Err(io::Error::other("the disk is broken"));
            }
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

/// It was committed, so its Item must not be removed at Plaid.
#[tokio::test]
async fn an_item_whose_sync_fails_is_saved_and_the_next_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::default();
    let store = open(&folder, &disk).await;
    let (ada, token) = (user(&store, "ada").await, Digest::of("public-1"));
    disk.broken.store(true, Ordering::SeqCst);
    let [item, refused] = ["first", "second"].map(item);
    let first = store.add_item(&ada, &token, &item, b"sealed", None).await;
    assert!(matches!(first, Err(StoreError::NotSynced(_))), "{first:?}");
    disk.broken.store(false, Ordering::SeqCst);
    store.failed().await;
    let second = store.add_item(&ada, &token, &refused, b"sealed", None);
    second.await.expect_err("a failed disk");
    let items = store.items(&ada).await.expect("the Items");
    assert_eq!(items, [item]);
    store.close().await;
    let store = open(&folder, &disk).await;
    add_item(&store, &ada, "third").await;
    assert_eq!(store.items(&ada).await.expect("the Items").len(), 2);
}

/// The process runs with few descriptors, opens them all, and closes them again.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn writes_succeed_without_a_free_file_descriptor() {
    const NAME: &str = "durability::writes_succeed_without_a_free_file_descriptor";
    if !child::is_child() {
        return child::succeeds(NAME, "ulimit -n 100");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder, &Disk::default()).await;
    let ada = user(&store, "ada").await;
    let mut files = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
    add_item(&store, &ada, "first").await;
    drop(files);
    add_item(&store, &ada, "second").await;
    assert_eq!(store.items(&ada).await.expect("the Items").len(), 2);
}

#[tokio::test]
async fn a_disk_that_fails_is_not_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::default();
    let store = open(&folder, &disk).await;
    disk.broken.store(true, Ordering::SeqCst);
    let checked = store.ping().await;
    let expected = matches!(checked, Err(StoreError::Unready(Unready::DiskFailed)));
    assert!(expected, "{checked:?}");
}

/// Another process holds the lock for too long.
#[tokio::test]
async fn a_database_that_cannot_be_written_is_not_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder, &Disk::default()).await;
    let url = format!("sqlite:{}", folder.path().join("connect.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.expect("a database");
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.expect("a lock");
    let checked = store.ping().await;
    assert!(
        matches!(checked, Err(StoreError::Unready(_))),
        "{checked:?}"
    );
    drop(lock);
    while store.ping().await.is_err() {
        tokio::task::yield_now().await;
    }
}

/// The process runs with a limit on the size of its files.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_not_ready() {
    const NAME: &str = "durability::a_full_disk_is_not_ready";
    if !child::is_child() {
        return child::succeeds(NAME, "trap '' XFSZ && ulimit -f 600");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder, &Disk::default()).await;
    store.ping().await.expect("a database that is ready");
    let ada = user(&store, "ada").await;
    let filled = async {
        for number in 0.. {
            let session = Digest::of(format!("session {number}"));
            let _ = store.create_session(&session, &ada, at("9999-01")).await;
            if store.ping().await.is_err() {
                break;
            }
        }
    };
    let deadline = std::time::Duration::from_secs(60);
    tokio::time::timeout(deadline, filled)
        .await
        .expect("a full disk");
}
