//! The write-ahead log on its way to the disk.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::error::chain;
use crate::store::error::{Result, StoreError};

/// How long a relaxed commit may wait for its sync.
const MAX_DELAY: Duration = Duration::from_millis(100);

/// When a write returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Durability {
    /// Once the commit is on the disk: it survives a power failure.
    Synced,
    /// Once the commit is in the operating system's memory: it survives the process, and is synced within a tenth of a second.
    /// For writes that can be repeated.
    Relaxed,
}

/// Returns the path of a database's log.
pub(super) fn path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

/// A commit, numbered from 1.
pub(super) type Commit = u64;

/// The function that writes a file's data to the disk: [`File::sync_data`], unless a test counts or fails syncs.
#[derive(Clone)]
pub struct SyncData(Arc<SyncFn>);

type SyncFn = dyn Fn(&File) -> io::Result<()> + Send + Sync;

impl SyncData {
    /// Wraps a function.
    pub fn new(sync: impl Fn(&File) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(sync))
    }
}

impl Default for SyncData {
    fn default() -> Self {
        Self::new(File::sync_data)
    }
}

impl fmt::Debug for SyncData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SyncData(…)")
    }
}

/// The database's write-ahead log. A sync covers all commits before it (group commit).
#[derive(Debug)]
pub(super) struct Log {
    file: Arc<File>,
    sync: SyncData,
    commits: AtomicU64,
    /// Whether a sync of relaxed commits is scheduled.
    is_scheduled: AtomicBool,
    /// The last commit on the disk.
    synced: Mutex<Commit>,
    /// Cancelled by the first sync that fails.
    failed: CancellationToken,
}

impl Log {
    /// Opens the log, which SQLite has created.
    pub(super) fn open(path: &Path, sync: SyncData) -> Result<Arc<Self>> {
        let file = OpenOptions::new().write(true).open(path);
        let file = file.map_err(|source| StoreError::Unopenable {
            path: path.to_owned(),
            source,
        })?;
        Ok(Arc::new(Self {
            file: Arc::new(file),
            sync,
            commits: AtomicU64::new(0),
            is_scheduled: AtomicBool::new(false),
            synced: Mutex::new(0),
            failed: CancellationToken::new(),
        }))
    }

    /// Counts a commit, and returns its number.
    pub(super) fn count(&self) -> Commit {
        self.commits.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Schedules a sync of the commits up to now.
    pub(super) fn schedule_sync(self: &Arc<Self>) {
        if self.is_scheduled.swap(true, Ordering::SeqCst) {
            return;
        }
        let log = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(MAX_DELAY).await;
            log.is_scheduled.store(false, Ordering::SeqCst);
            let last = log.commits.load(Ordering::SeqCst);
            if let Err(error) = log.sync_to(last).await {
                tracing::error!(cause = chain(&error), "database sync failed");
            }
        });
    }

    /// Waits until a commit is on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotSynced`]: the commit itself has succeeded.
    pub(super) async fn sync_to(&self, commit: Commit) -> Result<()> {
        let mut synced = self.synced.lock().await;
        if *synced >= commit {
            return Ok(());
        }
        // The system may have dropped the data: a later sync that succeeds proves nothing.
        if self.has_failed() {
            return Err(StoreError::NotSynced(StoreError::DiskFailed.into()));
        }
        let covered = self.commits.load(Ordering::SeqCst);
        let (file, sync) = (self.file.clone(), self.sync.clone());
        match tokio::task::spawn_blocking(move || (sync.0)(&file)).await {
            Ok(Ok(())) => {
                *synced = covered;
                Ok(())
            }
            Ok(Err(error)) => {
                self.failed.cancel();
                Err(StoreError::NotSynced(error.into()))
            }
            Err(cancelled) => Err(StoreError::NotSynced(cancelled.into())),
        }
    }

    /// Returns the last commit that is on the disk.
    pub(super) async fn synced(&self) -> Commit {
        *self.synced.lock().await
    }

    /// Returns the metadata of the open file.
    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    /// Returns whether a sync has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_cancelled()
    }

    /// Waits until a sync fails.
    pub(super) async fn failed(&self) {
        self.failed.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log whose syncs are counted, and fail while `fails` is set.
    fn log(folder: &Path) -> (Arc<Log>, Arc<AtomicU64>, Arc<AtomicBool>) {
        let path = folder.join("connect.db-wal");
        std::fs::write(&path, "").expect("a file");
        let (syncs, fails) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let sync = SyncData::new({
            let (syncs, fails) = (syncs.clone(), fails.clone());
            move |_| {
                syncs.fetch_add(1, Ordering::SeqCst);
                match fails.load(Ordering::SeqCst) {
                    true => Err(io::Error::other("the disk is gone")),
                    false => Ok(()),
                }
            }
        });
        (Log::open(&path, sync).expect("a log"), syncs, fails)
    }

    #[tokio::test]
    async fn one_sync_covers_all_commits_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, syncs, _) = log(folder.path());
        let (first, second) = (log.count(), log.count());
        log.sync_to(first).await.expect("a sync");
        log.sync_to(second).await.expect("a sync");
        assert_eq!(syncs.load(Ordering::SeqCst), 1);
        log.sync_to(log.count()).await.expect("a sync");
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn after_a_failed_sync_no_commit_is_reported_as_synced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _, fails) = log(folder.path());
        for fail in [true, false] {
            fails.store(fail, Ordering::SeqCst);
            let synced = log.sync_to(log.count()).await;
            assert!(
                matches!(synced, Err(StoreError::NotSynced(_))),
                "{synced:?}"
            );
        }
        log.failed().await;
    }
}
