//! What outlives a restart: one trait for each subject, and the engines that implement them.
//!
//! Every engine keeps the same promises, and passes the same tests in `tests/store`.

mod contract;
mod digest;
pub(crate) mod error;
mod private;
mod sqlite;
pub mod vault;

use std::sync::Arc;

pub use self::contract::*;
pub use self::digest::Digest;
pub use self::error::{Result, StoreError, Unready};
pub(crate) use self::private::close_to_others;
pub use self::sqlite::{Sqlite, SyncData};
pub(crate) use self::sqlite::{
    check_copy, copy_database, database_path, fold_log, lock_for_restore, mark_restored,
};

/// Opens the engine that a database URL names.
///
/// # Errors
///
/// [`StoreError`] with a sentence that says what to do.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    open_with(url, SyncData::default()).await
}

/// Opens it as [`open`] does, with another function that syncs its log to the disk.
///
/// # Errors
///
/// [`StoreError`] with a sentence that says what to do.
pub async fn open_with(url: &str, sync: SyncData) -> Result<Arc<dyn Store>> {
    if url.starts_with("sqlite:") {
        Ok(Arc::new(Sqlite::open_with(url, sync).await?))
    } else {
        Err(StoreError::Scheme)
    }
}
