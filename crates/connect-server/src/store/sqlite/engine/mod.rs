//! How the store reads and writes SQLite: many readers, and one writer that shares commits and syncs between its callers.

mod batch;
mod connect;
mod erasure;
mod health;
mod log;
mod writer;

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use tokio_util::task::AbortOnDropHandle;

use self::batch::Batch;
use self::erasure::Erasures;
use self::health::Health;
use self::writer::{Statements, Writer};
use crate::error::chain;
use crate::store::error::Result;

pub(super) use self::connect::is_busy;
pub(super) use self::erasure::Copies;
pub(super) use self::log::Durability;
pub use self::log::SyncData;
pub(super) use self::writer::Transaction;

/// How many connections read at the same time.
const READERS: u32 = 4;

/// An open database.
#[derive(Debug)]
pub(super) struct Engine {
    writer: Arc<Writer>,
    readers: SqlitePool,
    /// By their SQL.
    batches: Mutex<HashMap<&'static str, Batch>>,
    health: Health,
    erasures: Arc<Erasures>,
    removal_of_copies: AbortOnDropHandle<()>,
}

impl Engine {
    /// Opens the database and applies the migrations. `sync` writes the database's log to the disk.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        migrations: &Migrator,
        sync: SyncData,
    ) -> Result<Self> {
        let log = log::path(options.get_filename());
        // A process that was killed leaves its log, and may have erased data just before.
        let is_left = fs::metadata(log).is_ok_and(|log| log.len() > 0);
        let writer = Writer::open(options.clone(), migrations, sync).await?;
        let health = Health::new(options.get_filename())?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // They stay open: a process that has no file descriptor left can still read.
            .min_connections(READERS)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        let (writer, erasures) = (Arc::new(writer), Arc::<Erasures>::default());
        if is_left {
            erasures.schedule(Copies::Everywhere);
        }
        let removal = {
            let (writer, erasures) = (writer.clone(), erasures.clone());
            async move { erasures.run(&writer).await }
        };
        Ok(Self {
            writer,
            readers,
            batches: Mutex::default(),
            health,
            erasures,
            removal_of_copies: AbortOnDropHandle::new(tokio::spawn(removal)),
        })
    }

    /// Returns the connections that read. They never wait for the writer.
    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Begins a transaction of several steps, once the one before has ended.
    pub(super) async fn begin(&self) -> Result<Transaction<'_>> {
        self.writer.begin().await
    }

    /// Runs statements that are a transaction of their own: a single one, or several between `BEGIN IMMEDIATE` and `COMMIT`.
    pub(super) async fn write(
        &self,
        statements: Statements<'_>,
        durability: Durability,
    ) -> Result<Vec<SqliteRow>> {
        let (rows, commit) = self.writer.write(statements).await?;
        self.writer.wait_for(commit, durability).await?;
        Ok(rows)
    }

    /// Runs statements that erase data, as [`write`](Self::write) does, and has its copies removed soon.
    pub(super) async fn erase(
        &self,
        statements: Statements<'_>,
        copies: Copies,
    ) -> Result<Vec<SqliteRow>> {
        let erased = self.write(statements, Durability::Synced).await;
        self.remove_copies(copies);
        erased
    }

    /// Has the copies of erased data removed soon.
    pub(super) fn remove_copies(&self, copies: Copies) {
        self.erasures.schedule(copies);
    }

    /// Writes a row by SQL that is a transaction of its own. Rows for the same SQL that arrive together are written together.
    ///
    /// The SQL's argument is a JSON array with an object for each row. It may return the key of each row that it wrote, and a
    /// number, which this method returns; `None` if the SQL skipped the row.
    pub(super) async fn write_row(
        &self,
        sql: &'static str,
        key: &str,
        row: &(impl Serialize + Sync),
        durability: Durability,
    ) -> Result<Option<i64>> {
        let batch = {
            let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
            let batch = batches.entry(sql);
            batch
                .or_insert_with(|| Batch::new(&self.writer, sql))
                .clone()
        };
        let (number, commit) = batch.write(key, row).await?;
        self.writer.wait_for(commit, durability).await?;
        Ok(number)
    }

    /// Returns a number that changes whenever another process has committed.
    pub(super) async fn external_version(&self) -> Result<i64> {
        self.writer.external_version().await
    }

    /// Checks that the database can be read and written.
    pub(super) async fn check(&self) -> Result<()> {
        self.health.check(&self.writer).await
    }

    /// Waits until the disk fails: nothing is written from then on.
    pub(super) async fn failed(&self) {
        self.writer.failed().await;
    }

    /// Closes all connections.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.removal_of_copies.abort();
        if let Err(error) = self.erasures.finish(&self.writer).await {
            let cause = chain(&error);
            tracing::warn!(cause, "removing copies of erased data failed");
        }
        self.writer.close().await;
    }
}
