//! The one connection that writes, and group commit: whoever commits while the log is on its way to the disk shares the next
//! way with everybody else who does.

use std::fs::OpenOptions;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqliteTransaction};
use tokio::sync::Mutex;

use crate::store::{Result, StoreError};

/// Writes, one transaction at a time.
#[derive(Debug)]
pub(super) struct Writer {
    connection: SqlitePool,
    log: Log,
}

/// A transaction. It is undone unless it is committed.
pub(super) struct Write<'a> {
    transaction: SqliteTransaction<'static>,
    log: &'a Log,
}

impl Writer {
    /// Opens the connection.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let mut log = options.get_filename().as_os_str().to_owned();
        log.push("-wal");
        // SQLite need not bring each commit to the disk: `Log` does, for all that wait at once.
        let options = options.synchronous(SqliteSynchronous::Normal);
        let connection = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self {
            connection,
            log: Log::new(log.into()),
        })
    }

    /// Brings the tables up to date.
    pub(super) async fn migrate(&self, migrations: &Migrator) -> Result<()> {
        migrations.run(&self.connection).await?;
        self.log.reaches_disk().await
    }

    /// Begins a transaction, as soon as the one before has ended.
    pub(super) async fn begin(&self) -> Result<Write<'_>> {
        Ok(Write {
            transaction: self.connection.begin_with("BEGIN IMMEDIATE").await?,
            log: &self.log,
        })
    }

    /// Writes out what is pending and lets go of the database.
    pub(super) async fn close(&self) {
        self.connection.close().await;
    }
}

impl Write<'_> {
    /// Ends it. What was written is on the disk then, and outlives a loss of power.
    pub(super) async fn commit(self) -> Result<()> {
        self.transaction.commit().await?;
        self.log.reaches_disk().await
    }
}

impl Deref for Write<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Write<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// The database's write-ahead log.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    commits: AtomicU64,
    /// How many of them are on the disk; none any more once that has failed.
    on_disk: Mutex<Option<u64>>,
}

impl Log {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            commits: AtomicU64::new(0),
            on_disk: Mutex::new(Some(0)),
        }
    }

    /// Waits until all that has been committed by now is on the disk.
    async fn reaches_disk(&self) -> Result<()> {
        let mine = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        let mut on_disk = self.on_disk.lock().await;
        // After a failure the system may have forgotten what it could not write: nothing can be promised any more.
        let done = on_disk.ok_or_else(|| {
            StoreError::Failed("the disk failed before: start again once it works".into())
        })?;
        if done >= mine {
            return Ok(());
        }
        let all = self.commits.load(Ordering::SeqCst);
        let path = self.path.clone();
        let synced = tokio::task::spawn_blocking(move || {
            OpenOptions::new().write(true).open(path)?.sync_data()
        });
        match synced.await {
            Ok(Ok(())) => {
                *on_disk = Some(all);
                Ok(())
            }
            Ok(Err(error)) => {
                *on_disk = None;
                Err(StoreError::Failed(error.into()))
            }
            Err(stopped) => Err(StoreError::Failed(stopped.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sqlx::AssertSqlSafe;
    use sqlx::sqlite::SqliteJournalMode;

    use super::*;

    #[tokio::test]
    async fn what_is_committed_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("connect.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let writer = Writer::open(options).await.expect("a database");
        for commits in 1..=3 {
            let mut write = writer.begin().await.expect("a transaction");
            let table = format!("CREATE TABLE table_{commits} (id INTEGER)");
            let made = sqlx::query(AssertSqlSafe(table)).execute(&mut *write).await;
            made.expect("a table");
            write.commit().await.expect("a commit");
            assert_eq!(*writer.log.on_disk.lock().await, Some(commits));
        }
    }

    #[tokio::test]
    async fn after_a_failure_nothing_is_promised() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("connect.db-wal");
        let log = Log::new(path.clone());
        assert!(log.reaches_disk().await.is_err());
        fs::write(path, "").expect("a file");
        assert!(log.reaches_disk().await.is_err());
    }
}
