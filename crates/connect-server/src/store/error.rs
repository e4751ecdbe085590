//! Why a store fails.

use std::error::Error as StdError;
use std::path::PathBuf;

/// The result of a store's method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL names no known engine.
    #[error("CONNECT_DATABASE_URL must begin with `sqlite:`, as in `sqlite:connect.db`")]
    Scheme,
    /// The URL names a database in memory.
    #[error(
        "CONNECT_DATABASE_URL must name a file: an in-memory database would forget every access token"
    )]
    InMemory,
    /// The database file cannot be opened.
    #[error("the database file {} cannot be opened: {source}", path.display())]
    Unopenable {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// Other users of the machine can read the file, and it cannot be taken away from them.
    #[error("{} is open to other users of the machine, and that cannot be changed ({source}): run `chmod 600` on it", path.display())]
    TooOpen {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file holds another program's data.
    #[error("the file is not a database of Connect")]
    NotConnect,
    /// The database is damaged.
    #[error("the database is damaged ({0}): restore a backup")]
    Damaged(String),
    /// Another process has the database open.
    #[error("another process has the database open: stop it first")]
    InUse,
    /// The database is being restored.
    #[error("the database is being restored: start again once that has finished")]
    BeingRestored,
    /// The database has a migration that this version does not know.
    #[error(
        "the database was written by a newer version of Connect (migration {0} is not known here): run that version"
    )]
    Newer(i64),
    /// The Item is another user's.
    #[error("the Item belongs to another user")]
    Foreign,
    /// A stored value cannot be read.
    #[error("the database holds {0} that cannot be read")]
    Corrupt(&'static str),
    /// The data is written and visible, but the disk did not confirm it: a power failure may undo it.
    #[error("the data is saved, but the disk did not confirm it")]
    NotSynced(#[source] Box<dyn StdError + Send + Sync>),
    /// The disk did not confirm earlier data. Nothing is written any more.
    #[error("the disk did not confirm earlier data: restart the backend once the disk works")]
    DiskFailed,
    /// The database is closed, because the process is about to end.
    #[error("the database is closed")]
    Closed,
    /// The database is not ready.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// The database failed.
    #[error("the database failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

/// Why the database is not ready, in words for its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// It is closed.
    #[error("The database is closed.")]
    Closed,
    /// A sync has failed.
    #[error("The disk did not confirm a write.")]
    DiskFailed,
    /// Its file is another one than the one that is open.
    #[error("The database was moved, deleted or replaced.")]
    Moved,
    /// There is no space left.
    #[error("The disk is full.")]
    Full,
    /// It did not answer in time.
    #[error("The database does not answer.")]
    Busy,
    /// It failed; the log has the cause.
    #[error("The database failed.")]
    Failed,
}
