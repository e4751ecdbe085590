//! A database for one test.

use std::ops::Deref;

use connect_server::store::{Sqlite, Store};
use tempfile::TempDir;

/// An empty store.
pub(crate) struct Database {
    store: Box<dyn Store>,
    folder: TempDir,
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            store: open(&folder).await,
            folder,
        }
    }

    /// The same database, as another process opens it.
    pub(crate) async fn other_process(&self) -> Box<dyn Store> {
        open(&self.folder).await
    }
}

impl Deref for Database {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

async fn open(folder: &TempDir) -> Box<dyn Store> {
    let url = format!("sqlite:{}", folder.path().join("connect.db").display());
    Box::new(Sqlite::open(&url).await.expect("a database"))
}
