//! The embedded engine: SQLite, in one file.

mod copy;
mod engine;
mod expiry;
mod items;
mod link_tokens;
mod lock;
mod public_tokens;
mod queues;
mod sessions;
mod timestamp;
mod transactions;
mod vault_keys;
mod webhooks;

use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

use self::engine::Engine;
use self::lock::Lock;
use super::contract::{Queue, Store};
use super::error::{Result, StoreError};
use super::failures::count_failure;
use super::private;
use crate::clock::Timestamp;
use crate::user::UserId;

pub(crate) use self::copy::{check_copy, copy_database, database_path, fold_log, mark_restored};
pub use self::engine::SyncData;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// A store in an SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    engine: Engine,
    /// `None` once the database is closed.
    lock: Mutex<Option<Lock>>,
}

impl Sqlite {
    /// Opens the file that the URL names, creates it if it does not exist, and applies the migrations.
    ///
    /// # Errors
    ///
    /// [`StoreError`] with a sentence that says what to do.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, SyncData::default()).await
    }

    /// Opens the file as [`open`](Self::open) does, with another function that syncs its log to the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`] with a sentence that says what to do.
    pub async fn open_with(url: &str, sync: SyncData) -> Result<Self> {
        check_url(url)?;
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Erased data is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            // No personal data in temporary files, and no file descriptor for them.
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        let lock = Lock::shared(options.get_filename())?;
        create_private(options.get_filename())?;
        Ok(Self {
            engine: Engine::open(options, &MIGRATIONS, sync).await?,
            lock: Mutex::new(Some(lock)),
        })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn ping(&self) -> Result<()> {
        self.engine.check().await
    }

    async fn queues(&self, now: Timestamp) -> Result<Vec<Queue>> {
        self.queues(now).await
    }

    async fn failed(&self) {
        self.engine.failed().await;
    }

    async fn close(&self) {
        self.engine.close().await;
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        *lock = None;
    }

    async fn external_version(&self) -> Result<i64> {
        self.engine.external_version().await
    }

    async fn delete_expired(&self, now: Timestamp, old: Timestamp) -> Result<()> {
        expiry::delete_expired(&self.engine, now, old).await
    }

    async fn delete_idle_users(
        &self,
        created_before: Timestamp,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Option<UserId>> {
        expiry::delete_idle_users(&self.engine, created_before, after, limit).await
    }
}

/// Locks out every process that uses the database, until the lock is dropped.
pub(crate) fn lock_for_restore(database: &Path) -> Result<Lock> {
    Lock::exclusive(database)
}

fn check_url(url: &str) -> Result<()> {
    if !url.starts_with("sqlite:") {
        return Err(StoreError::Scheme);
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::InMemory);
    }
    Ok(())
}

/// Creates the file readable for its owner alone; SQLite gives its other files the same mode. Those that are open to others, and
/// were created by hand or by another program, are closed to them.
fn create_private(database: &Path) -> Result<()> {
    private::open(database)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(suffix);
        private::close_to_others(path.as_ref())?;
    }
    Ok(())
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        count_failure();
        Self::Failed(error.into())
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            error => Self::Failed(error.into()),
        }
    }
}
