//! The lock file beside the database: processes that have the database open share it, and a restore needs it alone.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::store::error::{Result, StoreError};
use crate::store::private;

/// A lock, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "an open file holds the lock")] File);

impl Lock {
    /// Locks out a restore.
    pub(super) fn shared(database: &Path) -> Result<Self> {
        let file = private::open(&path(database))?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::BeingRestored),
            Err(TryLockError::Error(source)) => Err(unopenable(database, source)),
        }
    }

    /// Locks out every other process.
    pub(super) fn exclusive(database: &Path) -> Result<Self> {
        let file = private::open(&path(database))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(source)) => Err(unopenable(database, source)),
        }
    }
}

fn path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-lock");
    path.into()
}

fn unopenable(database: &Path, source: std::io::Error) -> StoreError {
    StoreError::Unopenable {
        path: path(database),
        source,
    }
}
