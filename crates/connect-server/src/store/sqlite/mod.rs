//! The embedded engine: SQLite, in one file.

mod engine;
mod items;
mod link_tokens;
mod public_tokens;
mod sessions;
mod timestamp;
mod transactions;
mod vault_keys;
mod webhooks;

use std::fs::OpenOptions;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

use self::engine::Engine;
use super::contract::Store;
use super::error::{Result, StoreError};
use crate::clock::Timestamp;

pub use self::engine::SyncData;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// A store in an SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    engine: Engine,
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
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::InMemory);
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(5))
            // Erased data is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        create_private(&options)?;
        Ok(Self {
            engine: Engine::open(options, &MIGRATIONS, sync).await?,
        })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn ping(&self) -> Result<()> {
        let ping = sqlx::query("SELECT 1");
        ping.execute(self.engine.readers()).await?;
        Ok(())
    }

    async fn close(&self) {
        self.engine.close().await;
    }

    async fn external_version(&self) -> Result<i64> {
        self.engine.external_version().await
    }

    async fn delete_expired(&self, now: Timestamp, old: Timestamp) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for (sql, before) in [
            ("DELETE FROM sessions WHERE expires_at <= ?", now),
            ("DELETE FROM link_tokens WHERE expires_at <= ?", now),
            (
                "DELETE FROM webhooks WHERE due_at IS NULL AND received_at <= ?",
                old,
            ),
            (
                "DELETE FROM public_tokens WHERE claimed_at <= ? AND orphan_institution_id IS NULL",
                old,
            ),
        ] {
            sqlx::query(sql)
                .bind(before)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }
}

/// Creates the file readable for its owner alone; SQLite gives its other files the same mode.
fn create_private(options: &SqliteConnectOptions) -> Result<()> {
    let mut file = OpenOptions::new();
    file.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let path = options.get_filename();
    file.open(path).map_err(|source| StoreError::Unopenable {
        path: path.to_owned(),
        source,
    })?;
    Ok(())
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
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
