//! What outlives a restart: one trait for each subject, and the engines that implement them.
//!
//! Every engine keeps the same promises, and passes the same tests in `tests/store`.

mod contract;
mod digest;
pub(crate) mod error;
mod sqlite;
pub mod vault;

use std::sync::Arc;

pub use self::contract::*;
pub use self::digest::Digest;
pub use self::error::{Result, StoreError};
pub use self::sqlite::{Sqlite, SyncData};

/// Opens the engine that a database URL names.
///
/// # Errors
///
/// [`StoreError`] with a sentence that says what to do.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    if url.starts_with("sqlite:") {
        Ok(Arc::new(Sqlite::open(url).await?))
    } else {
        Err(StoreError::Scheme)
    }
}
