//! The one connection that writes, and group commit: whoever commits while the log is on its way to the disk shares the next
//! way with everybody else who does.

use std::fs::OpenOptions;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnectOptions, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::error::chain;
use crate::store::{Result, StoreError};

/// How long what nobody waits for may take to the disk.
const LAG: Duration = Duration::from_millis(100);

/// How many commits there were up to this one.
pub(super) type Commit = u64;

/// SQL and its arguments.
type Statement<'a> = Query<'a, Sqlite, SqliteArguments>;

/// Writes, one transaction at a time.
#[derive(Debug)]
pub(super) struct Writer {
    /// Nothing once it is closed.
    connection: Arc<Mutex<Option<Connection>>>,
    log: Arc<Log>,
}

#[derive(Debug)]
struct Connection {
    sqlite: SqliteConnection,
    /// Whether a transaction has begun, and not ended.
    is_open: bool,
}

/// A transaction. It is undone unless it is committed.
pub(super) struct Write<'a> {
    connection: MappedMutexGuard<'a, Connection>,
    writer: &'a Writer,
}

impl Writer {
    /// Opens the connection.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let mut log = options.get_filename().as_os_str().to_owned();
        log.push("-wal");
        // SQLite need not bring each commit to the disk: `Log` does, for all that wait at once.
        let options = options
            .synchronous(SqliteSynchronous::Normal)
            // In pages, 16 MB: one that many commits wrote to is copied into the database once for them all.
            .pragma("wal_autocheckpoint", "4000");
        let connection = Connection {
            sqlite: options.connect().await?,
            is_open: false,
        };
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            log: Arc::new(Log::new(log.into())),
        })
    }

    /// Brings the tables up to date.
    pub(super) async fn migrate(&self, migrations: &Migrator) -> Result<()> {
        let connection = &mut *self.alone().await?;
        migrations.run_direct(None, connection, false).await?;
        self.log.reaches_disk(self.log.commit()).await
    }

    /// Begins a transaction, as soon as the one before has ended.
    pub(super) async fn begin(&self) -> Result<Write<'_>> {
        let mut write = self.alone().await?;
        write.connection.is_open = true;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *write).await?;
        Ok(write)
    }

    /// Carries out statements that are a transaction, in one go. What they wrote is on the disk then, and outlives a loss
    /// of power.
    pub(super) async fn write(&self, statements: Statement<'_>) -> Result<Vec<SqliteRow>> {
        let (rows, commit) = self.write_soon(statements).await?;
        self.reaches_disk(commit).await?;
        Ok(rows)
    }

    /// Carries out statements that are a transaction, in one go. What they wrote outlives this process then; a loss of
    /// power not before [`LAG`] is over, unless [`reaches_disk`](Self::reaches_disk) is waited for.
    pub(super) async fn write_soon(
        &self,
        statements: Statement<'_>,
    ) -> Result<(Vec<SqliteRow>, Commit)> {
        let mut write = self.alone().await?;
        write.connection.is_open = true;
        let rows = statements.fetch_all(&mut *write).await?;
        let commit = write.ended();
        self.log.sets_out();
        Ok((rows, commit))
    }

    /// Waits until the commits up to this one are on the disk.
    pub(super) async fn reaches_disk(&self, commit: Commit) -> Result<()> {
        self.log.reaches_disk(commit).await
    }

    /// A number that changes when another connection commits. All that this process writes, it writes on this one.
    pub(super) async fn written_elsewhere(&self) -> Result<i64> {
        let version = sqlx::query_scalar("PRAGMA data_version");
        Ok(version.fetch_one(&mut *self.alone().await?).await?)
    }

    /// How many commits are on the disk.
    #[cfg(test)]
    pub(super) async fn on_disk(&self) -> Option<Commit> {
        *self.log.on_disk.lock().await
    }

    /// Writes out what is pending and lets go of the database.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take()
            && let Err(error) = connection.sqlite.close().await
        {
            tracing::warn!(%error, "the database does not close");
        }
    }

    /// The connection, with nothing left on it by who had it before.
    async fn alone(&self) -> Result<Write<'_>> {
        let connection = MutexGuard::try_map(self.connection.lock().await, Option::as_mut);
        let mut connection =
            connection.map_err(|_| StoreError::Failed("the database is closed".into()))?;
        connection.undo().await;
        Ok(Write {
            connection,
            writer: self,
        })
    }
}

impl Connection {
    /// Undoes what was begun and not ended.
    async fn undo(&mut self) {
        if self.is_open {
            // One that did not even begin has nothing to undo.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.sqlite).await;
            self.is_open = false;
        }
    }
}

impl Write<'_> {
    /// Ends it. What was written is on the disk then, and outlives a loss of power.
    pub(super) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut *self).await?;
        let writer = self.writer;
        writer.reaches_disk(self.ended()).await
    }

    /// It is committed: others write from now on.
    fn ended(mut self) -> Commit {
        self.connection.is_open = false;
        self.writer.log.commit()
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        if self.connection.is_open
            && let Ok(runtime) = Handle::try_current()
        {
            // Not only once somebody writes here again: other processes wait, too.
            let connection = self.writer.connection.clone();
            runtime.spawn(async move {
                if let Some(connection) = &mut *connection.lock().await {
                    connection.undo().await;
                }
            });
        }
    }
}

impl Deref for Write<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection.sqlite
    }
}

impl DerefMut for Write<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection.sqlite
    }
}

/// The database's write-ahead log.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    commits: AtomicU64,
    /// Whether it will be brought to the disk for those who do not wait.
    sets_out: AtomicBool,
    /// How many of them are on the disk; none any more once that has failed.
    on_disk: Mutex<Option<Commit>>,
}

impl Log {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            commits: AtomicU64::new(0),
            sets_out: AtomicBool::new(false),
            on_disk: Mutex::new(Some(0)),
        }
    }

    /// Counts a commit; gives its number.
    fn commit(&self) -> Commit {
        self.commits.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Has what nobody waits for brought to the disk in a while, unless it is taken along before.
    fn sets_out(self: &Arc<Self>) {
        if self.sets_out.swap(true, Ordering::SeqCst) {
            return;
        }
        let log = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LAG).await;
            log.sets_out.store(false, Ordering::SeqCst);
            let all = log.commits.load(Ordering::SeqCst);
            if let Err(error) = log.reaches_disk(all).await {
                tracing::error!(cause = chain(&error), "what was written is not on the disk");
            }
        });
    }

    /// Waits until the commits up to this one are on the disk.
    async fn reaches_disk(&self, mine: Commit) -> Result<()> {
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
    use tempfile::TempDir;

    use super::*;

    async fn writer(folder: &TempDir) -> Writer {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("connect.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        Writer::open(options).await.expect("a database")
    }

    #[tokio::test]
    async fn what_is_committed_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(&folder).await;
        for commits in 1..=3 {
            let mut write = writer.begin().await.expect("a transaction");
            let table = format!("CREATE TABLE table_{commits} (id INTEGER)");
            let made = sqlx::query(AssertSqlSafe(table)).execute(&mut *write).await;
            made.expect("a table");
            write.commit().await.expect("a commit");
            assert_eq!(writer.on_disk().await, Some(commits));
        }
    }

    #[tokio::test]
    async fn what_nobody_waits_for_comes_to_the_disk_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(&folder).await;
        let table = sqlx::query("CREATE TABLE things (id INTEGER)");
        writer.write_soon(table).await.expect("a table");
        let on_disk = async {
            while writer.on_disk().await != Some(1) {
                tokio::task::yield_now().await;
            }
        };
        let patience = Duration::from_secs(30);
        let came = tokio::time::timeout(patience, on_disk).await;
        came.expect("it never came");
    }

    #[tokio::test]
    async fn what_fails_half_way_is_undone() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(&folder).await;
        let table = sqlx::query("CREATE TABLE things (id INTEGER UNIQUE)");
        writer.write_soon(table).await.expect("a table");
        for (second, succeeds) in [(1, false), (2, true)] {
            let both = sqlx::query(
                "BEGIN IMMEDIATE; INSERT INTO things VALUES (1); INSERT INTO things VALUES (?); COMMIT",
            );
            let written = writer.write(both.bind(second)).await;
            assert_eq!(written.is_ok(), succeeds, "{written:?}");
        }
    }

    #[tokio::test]
    async fn what_nobody_ends_is_undone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, other) = (writer(&folder).await, self::writer(&folder).await);
        let table = sqlx::query("CREATE TABLE things (id INTEGER UNIQUE)");
        writer.write_soon(table).await.expect("a table");
        let insert = || sqlx::query("INSERT INTO things VALUES (1)");
        let mut write = writer.begin().await.expect("a transaction");
        insert().execute(&mut *write).await.expect("a thing");
        drop(write);
        // It is gone, also for another process.
        other.write_soon(insert()).await.expect("a thing");
    }

    #[tokio::test]
    async fn after_a_failure_nothing_is_promised() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("connect.db-wal");
        let log = Log::new(path.clone());
        assert!(log.reaches_disk(log.commit()).await.is_err());
        fs::write(path, "").expect("a file");
        assert!(log.reaches_disk(log.commit()).await.is_err());
    }
}
