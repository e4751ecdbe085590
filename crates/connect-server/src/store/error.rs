//! Why a store fails.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// The database failed.
    #[error("the database failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

/// How often the stores of this process have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failures {
    /// Reads, writes and syncs that failed.
    pub(crate) failed: u64,
    /// Reads of rows that no key opens, or that hold invalid data.
    pub(crate) unreadable: u64,
}

static FAILED: AtomicU64 = AtomicU64::new(0);
static UNREADABLE: AtomicU64 = AtomicU64::new(0);

/// Returns how often the stores of this process have failed.
pub(crate) fn failures() -> Failures {
    Failures {
        failed: FAILED.load(Ordering::Relaxed),
        unreadable: UNREADABLE.load(Ordering::Relaxed),
    }
}

/// Counts a read, a write or a sync that failed.
pub(super) fn count_failure() {
    FAILED.fetch_add(1, Ordering::Relaxed);
}

/// Counts a read of a row that no key opens, or that holds invalid data.
pub(super) fn count_unreadable() {
    UNREADABLE.fetch_add(1, Ordering::Relaxed);
}
