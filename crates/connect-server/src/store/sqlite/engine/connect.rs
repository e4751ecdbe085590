//! A connection to a database that other processes may have locked.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::time::{Instant, sleep};

use crate::store::error::Result;

/// How long a statement waits for other processes.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// SQLite's code for a locked database.
const BUSY: u32 = 5;

/// How often a connection to a locked database is tried.
const CONNECT_INTERVAL: Duration = Duration::from_millis(20);

/// Connects, and tries again while another process switches the new database to a write-ahead log: SQLite does not wait for that.
pub(super) async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection> {
    let options = options.busy_timeout(BUSY_TIMEOUT);
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                sleep(CONNECT_INTERVAL).await;
            }
            connected => return Ok(connected?),
        }
    }
}

/// Whether another process has locked the database.
pub(in super::super) fn is_busy(error: &sqlx::Error) -> bool {
    error_kind(error) == Some(BUSY)
}

/// Returns SQLite's code for the kind of a failure: the lower byte of its extended code.
pub(super) fn error_kind(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error().and_then(DatabaseError::code)?;
    let code: u32 = code.parse().ok()?;
    Some(code & 0xff)
}
