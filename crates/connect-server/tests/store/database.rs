//! A database for one test.

use std::ops::Deref;

use connect_server::store::{Sqlite, Store};
use sqlx::SqlitePool;
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

    /// The ids of all users, in order.
    pub(crate) async fn users(&self) -> Vec<String> {
        let pool = SqlitePool::connect(&url(&self.folder)).await;
        let users = sqlx::query_scalar("SELECT id FROM users ORDER BY id");
        let users = users.fetch_all(&pool.expect("a database")).await;
        users.expect("the users")
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

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("connect.db").display())
}

async fn open(folder: &TempDir) -> Box<dyn Store> {
    Box::new(Sqlite::open(&url(folder)).await.expect("a database"))
}
