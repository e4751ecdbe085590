//! The connection that writes.

use std::fs::Metadata;
use std::io;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnectOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::connect::{BUSY_TIMEOUT, connect};
use super::log::{self, Commit, Durability, Log, SyncData};
use crate::store::error::{Result, StoreError};

/// How long the emptying of the log waits for them.
const SHORT_TIMEOUT: Duration = Duration::from_millis(100);

/// Statements and their arguments.
pub(super) type Statements<'a> = Query<'a, Sqlite, SqliteArguments>;

/// Writes, one transaction at a time.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once it is closed.
    connection: Arc<Mutex<Option<Connection>>>,
    log: Arc<Log>,
}

#[derive(Debug)]
struct Connection {
    sqlite: SqliteConnection,
    /// Whether a transaction has begun, and not ended.
    in_transaction: bool,
}

/// A transaction. It is rolled back unless it is committed.
pub(in super::super) struct Transaction<'a> {
    connection: MappedMutexGuard<'a, Connection>,
    writer: &'a Writer,
}

impl Writer {
    /// Opens the connection and applies the migrations.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        migrations: &Migrator,
        sync: SyncData,
    ) -> Result<Self> {
        let log = log::path(options.get_filename());
        // `Log` syncs the commits of all callers that wait; SQLite need not sync each of them.
        let options = options
            .synchronous(SqliteSynchronous::Normal)
            // 16 MB: a page that many commits changed is copied into the database once for all of them.
            .pragma("wal_autocheckpoint", "4000");
        let mut sqlite = connect(options).await?;
        // One process applies the migrations; the others wait, and find them applied.
        let mut transaction = sqlite.begin_with("BEGIN IMMEDIATE").await?;
        migrations
            .run_direct(None, &mut *transaction, false)
            .await?;
        transaction.commit().await?;
        let log = Log::open(&log, sync)?;
        log.sync_to(log.count()).await?;
        let connection = Connection {
            sqlite,
            in_transaction: false,
        };
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            log,
        })
    }

    /// Begins a transaction, once the one before has ended.
    pub(super) async fn begin(&self) -> Result<Transaction<'_>> {
        let mut transaction = self.lock().await?;
        transaction.connection.in_transaction = true;
        let begin = sqlx::query("BEGIN IMMEDIATE");
        begin.execute(&mut *transaction).await?;
        Ok(transaction)
    }

    /// Runs statements that are a transaction of their own.
    pub(super) async fn write(
        &self,
        statements: Statements<'_>,
    ) -> Result<(Vec<SqliteRow>, Commit)> {
        let mut transaction = self.lock().await?;
        transaction.connection.in_transaction = true;
        let rows = statements.fetch_all(&mut *transaction).await?;
        let commit = transaction.ended();
        self.log.schedule_sync();
        Ok((rows, commit))
    }

    /// Waits until a commit is as durable as the caller needs it.
    pub(super) async fn wait_for(&self, commit: Commit, durability: Durability) -> Result<()> {
        match durability {
            Durability::Synced => self.log.sync_to(commit).await,
            Durability::Relaxed => Ok(()),
        }
    }

    /// Returns a number that changes when another connection commits. This process commits on this connection only.
    pub(super) async fn external_version(&self) -> Result<i64> {
        let version = sqlx::query_scalar("PRAGMA data_version");
        Ok(version.fetch_one(&mut *self.lock().await?).await?)
    }

    /// Returns the last commit that is on the disk.
    pub(super) async fn synced(&self) -> Commit {
        self.log.synced().await
    }

    /// Returns the metadata of the open log.
    pub(super) fn log_metadata(&self) -> io::Result<Metadata> {
        self.log.metadata()
    }

    /// Returns the size of the database in bytes.
    pub(super) async fn size(&self) -> Result<i64> {
        let size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let size = sqlx::query_scalar(size);
        Ok(size.fetch_one(&mut *self.lock().await?).await?)
    }

    /// Writes the whole database again, without what is left of erased rows.
    pub(super) async fn rewrite(&self) -> Result<()> {
        let rewritten = sqlx::query("VACUUM");
        rewritten.execute(&mut *self.lock().await?).await?;
        Ok(())
    }

    /// Copies the log into the database, and empties it. False if another connection reads from it.
    pub(super) async fn empty_log(&self) -> Result<bool> {
        let mut connection = self.lock().await?;
        // Nobody writes meanwhile: a reader that takes long must not hold up the others.
        busy_timeout(&mut connection, SHORT_TIMEOUT).await?;
        let emptied = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)");
        let is_busy: std::result::Result<bool, _> = emptied.fetch_one(&mut *connection).await;
        busy_timeout(&mut connection, BUSY_TIMEOUT).await?;
        Ok(!is_busy?)
    }

    /// Waits until the disk fails.
    pub(super) async fn failed(&self) {
        self.log.failed().await;
    }

    /// Closes the connection.
    pub(super) async fn close(&self) {
        let Some(connection) = self.connection.lock().await.take() else {
            return;
        };
        if self.log.has_failed() {
            // Closing it would copy the log into the database. The next process checks the log first.
            mem::forget(connection);
        } else if let Err(error) = connection.sqlite.close().await {
            tracing::warn!(%error, "closing the database failed");
        }
    }

    /// Waits for the connection. A transaction that its owner abandoned is rolled back.
    ///
    /// After a failed sync nothing is written: it could not be synced either.
    async fn lock(&self) -> Result<Transaction<'_>> {
        if self.log.has_failed() {
            return Err(StoreError::DiskFailed);
        }
        let connection = MutexGuard::try_map(self.connection.lock().await, Option::as_mut);
        let mut connection = connection.map_err(|_| StoreError::Closed)?;
        connection.roll_back().await;
        Ok(Transaction {
            connection,
            writer: self,
        })
    }
}

async fn busy_timeout(connection: &mut SqliteConnection, timeout: Duration) -> Result<()> {
    let set = format!("PRAGMA busy_timeout = {}", timeout.as_millis());
    sqlx::query(AssertSqlSafe(set)).execute(connection).await?;
    Ok(())
}

impl Connection {
    /// Rolls back a transaction that has begun and not ended.
    async fn roll_back(&mut self) {
        if self.in_transaction {
            // It fails if the transaction did not even begin.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.sqlite).await;
            self.in_transaction = false;
        }
    }
}

impl Transaction<'_> {
    /// Commits the transaction, and waits until it is on the disk.
    pub(in super::super) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut *self).await?;
        let writer = self.writer;
        writer.wait_for(self.ended(), Durability::Synced).await
    }

    /// Counts the commit, and lets others write.
    fn ended(mut self) -> Commit {
        self.connection.in_transaction = false;
        self.writer.log.count()
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.connection.in_transaction
            && let Ok(runtime) = Handle::try_current()
        {
            // At once, because other processes wait for the lock too.
            let connection = self.writer.connection.clone();
            runtime.spawn(async move {
                if let Some(connection) = &mut *connection.lock().await {
                    connection.roll_back().await;
                }
            });
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection.sqlite
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection.sqlite
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use sqlx::sqlite::SqliteJournalMode;
    use tempfile::TempDir;

    use super::*;

    async fn writer(folder: &TempDir) -> Writer {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("connect.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let migrations = Migrator {
            migrations: Cow::Borrowed(&[]),
            ..Migrator::DEFAULT
        };
        let writer = Writer::open(options, &migrations, SyncData::default());
        let writer = writer.await.expect("a database");
        let table = sqlx::query("CREATE TABLE IF NOT EXISTS things (id INTEGER UNIQUE)");
        writer.write(table).await.expect("a table");
        writer
    }

    #[tokio::test]
    async fn a_transaction_that_fails_is_rolled_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(&folder).await;
        for (second, succeeds) in [(1, false), (2, true)] {
            let both = sqlx::query(
                "BEGIN IMMEDIATE; INSERT INTO things VALUES (1); INSERT INTO things VALUES (?); COMMIT",
            );
            let written = writer.write(both.bind(second)).await;
            assert_eq!(written.is_ok(), succeeds, "{written:?}");
        }
    }

    #[tokio::test]
    async fn an_abandoned_transaction_is_rolled_back_for_other_processes_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, other) = (writer(&folder).await, self::writer(&folder).await);
        let insert = || sqlx::query("INSERT INTO things VALUES (1)");
        let mut transaction = writer.begin().await.expect("a transaction");
        insert().execute(&mut *transaction).await.expect("a row");
        drop(transaction);
        other.write(insert()).await.expect("a row");
    }
}
