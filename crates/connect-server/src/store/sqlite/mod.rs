mod batches;
mod items;
mod link_tokens;
mod lost_tokens;
mod sessions;
mod transactions;
mod webhooks;
mod writer;

use std::fs::OpenOptions;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use self::batches::Batches;
use self::writer::Writer;
use super::{Result, Store, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The embedded engine: one file, one writer, readers that never wait for it.
#[derive(Debug)]
pub struct Sqlite {
    writer: Arc<Writer>,
    readers: SqlitePool,
    claims: Batches,
    new_items: Batches,
    changed_items: Batches,
    new_link_tokens: Batches,
}

impl Sqlite {
    /// Opens the file that the URL names, creates it if need be, and brings it up to date.
    ///
    /// # Errors
    ///
    /// [`StoreError`] with a sentence that says what to do.
    pub async fn open(url: &str) -> Result<Self> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::InMemory);
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(5))
            // What is erased is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        create_private(&options)?;
        let writer = Arc::new(Writer::open(options.clone()).await?);
        writer.migrate(&MIGRATIONS).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false);
        let readers = readers.connect_with(options.read_only(true)).await?;
        Ok(Self {
            claims: Batches::new(&writer, items::CLAIM),
            new_items: Batches::new(&writer, items::ADD),
            changed_items: Batches::new(&writer, items::UPDATE),
            new_link_tokens: Batches::new(&writer, link_tokens::ADD),
            writer,
            readers,
        })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn written_elsewhere(&self) -> Result<i64> {
        self.writer.written_elsewhere().await
    }

    async fn vault_check(&self) -> Result<Option<Vec<u8>>> {
        let check = sqlx::query_scalar("SELECT key_check FROM vault");
        Ok(check.fetch_optional(&self.readers).await?)
    }

    async fn set_vault_check(&self, sealed: &[u8]) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query("INSERT OR IGNORE INTO vault (id, key_check) VALUES (1, ?)")
            .bind(sealed)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn tidy(&self, now: &str, old: &str) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        for (sql, before) in [
            ("DELETE FROM sessions WHERE expires_at <= ?", now),
            ("DELETE FROM link_tokens WHERE settles_at <= ?", now),
            (
                "DELETE FROM webhooks WHERE apply_at IS NULL AND received_at <= ?",
                old,
            ),
            (
                "DELETE FROM public_tokens WHERE claimed_at <= ? AND ownerless_at IS NULL",
                old,
            ),
        ] {
            sqlx::query(sql)
                .bind(before)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// The file holds what people own: it is made readable for its owner alone, and SQLite makes its siblings alike.
fn create_private(options: &SqliteConnectOptions) -> Result<()> {
    let mut file = OpenOptions::new();
    file.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let path = options.get_filename();
    file.open(path).map_err(|source| StoreError::Unopenable {
        path: path.to_owned(),
        source,
    })?;
    Ok(())
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            error => Self::Failed(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use connect_api::{Item, ItemStatus};

    use super::*;
    use crate::auth::UserId;
    use crate::digest::Digest;
    use crate::store::{Items, Sessions};

    /// An access token that is lost with the power is lost for ever.
    #[tokio::test]
    async fn a_new_item_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("connect.db").display());
        let store = Sqlite::open(&url).await.expect("a database");
        let (user, session) = (UserId::random(), Digest::of("session"));
        let signed_in = store.create_session(&session, &user, "2027");
        signed_in.await.expect("a session");
        let item = Item {
            id: "item".into(),
            institution_id: None,
            institution_name: "Platypus".to_owned(),
            institution_color: None,
            status: ItemStatus::Healthy,
            error: None,
            accounts: Vec::new(),
            new_accounts_available: false,
            disconnects_at: None,
            created_at: String::new(),
            refreshed_at: String::new(),
        };
        let before = store.writer.on_disk().await;
        let token = Digest::of("public");
        let added = store.add_item(&user, &token, &item, b"sealed", None);
        added.await.expect("an Item");
        assert!(store.writer.on_disk().await > before);
    }
}
