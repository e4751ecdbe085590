use std::fs::OpenOptions;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{Item, ItemStatus};
use plaid_types::ItemId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row};

use super::{Claim, Result, Store, StoreError};
use crate::auth::UserId;
use crate::digest::Digest;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The embedded engine: one file, one writer, readers that never wait for it.
#[derive(Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
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
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // What is erased is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        create_private(&options)?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone());
        let writer = writer.await?;
        MIGRATIONS.run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(4);
        let readers = readers.connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
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

    async fn vault_check(&self) -> Result<Option<Vec<u8>>> {
        let check = sqlx::query_scalar("SELECT key_check FROM vault");
        Ok(check.fetch_optional(&self.readers).await?)
    }

    async fn set_vault_check(&self, sealed: &[u8]) -> Result<()> {
        sqlx::query("INSERT OR IGNORE INTO vault (id, key_check) VALUES (1, ?)")
            .bind(sealed)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn create_session(&self, session: &Digest, user: &UserId, expires: &str) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT OR IGNORE INTO users (id, created_at) VALUES (?, ?)")
            .bind(user.as_str())
            .bind(crate::clock::iso_now())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO sessions (id_sha256, user_id, expires_at) VALUES (?, ?, ?)")
            .bind(session.as_bytes())
            .bind(user.as_str())
            .bind(expires)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn session_user(&self, session: &Digest, now: &str) -> Result<Option<UserId>> {
        let user = sqlx::query_scalar(
            "SELECT user_id FROM sessions WHERE id_sha256 = ? AND expires_at > ?",
        );
        let user: Option<String> = user
            .bind(session.as_bytes())
            .bind(now)
            .fetch_optional(&self.readers)
            .await?;
        Ok(user.map(UserId::new))
    }

    async fn claim(&self, user: &UserId, public_token: &Digest, now: &str) -> Result<Claim> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT OR IGNORE INTO public_tokens (token_sha256, user_id, claimed_at) VALUES (?, ?, ?)",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        let (holder, item): (String, Option<String>) =
            sqlx::query_as("SELECT user_id, item_id FROM public_tokens WHERE token_sha256 = ?")
                .bind(public_token.as_bytes())
                .fetch_one(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(match item {
            _ if holder != user.as_str() => Claim::Foreign,
            Some(item) => Claim::Became(ItemId::new(item)),
            None => Claim::Taken,
        })
    }

    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<()> {
        sqlx::query(
            "DELETE FROM public_tokens WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
    ) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let saved = sqlx::query(
            "INSERT INTO items (id, user_id, institution_id, institution_name, institution_color, \
                status, error, accounts, access_token, created_at, refreshed_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET access_token = excluded.access_token, \
                accounts = excluded.accounts, status = excluded.status, error = excluded.error, \
                refreshed_at = excluded.refreshed_at \
             WHERE user_id = excluded.user_id",
        )
        .bind(item.id.as_str())
        .bind(user.as_str())
        .bind(item.institution_id.as_ref().map(|id| id.as_str()))
        .bind(&item.institution_name)
        .bind(&item.institution_color)
        .bind(status_text(item.status))
        .bind(item.error.as_ref().map(json).transpose()?)
        .bind(json(&item.accounts)?)
        .bind(access_token)
        .bind(&item.created_at)
        .bind(&item.refreshed_at)
        .execute(&mut *transaction)
        .await?;
        if saved.rows_affected() == 0 {
            return Err(StoreError::Foreign);
        }
        sqlx::query("UPDATE public_tokens SET item_id = ? WHERE token_sha256 = ? AND user_id = ?")
            .bind(item.id.as_str())
            .bind(public_token.as_bytes())
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn update_item(&self, user: &UserId, item: &Item) -> Result<bool> {
        let updated = sqlx::query(
            "UPDATE items SET institution_id = ?, institution_name = ?, institution_color = ?, \
                status = ?, error = ?, accounts = ?, refreshed_at = ? WHERE user_id = ? AND id = ?",
        )
        .bind(item.institution_id.as_ref().map(|id| id.as_str()))
        .bind(&item.institution_name)
        .bind(&item.institution_color)
        .bind(status_text(item.status))
        .bind(item.error.as_ref().map(json).transpose()?)
        .bind(json(&item.accounts)?)
        .bind(&item.refreshed_at)
        .bind(user.as_str())
        .bind(item.id.as_str())
        .execute(&self.writer)
        .await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn items(&self, user: &UserId) -> Result<Vec<Item>> {
        let items = sqlx::query(
            "SELECT * FROM items WHERE user_id = ? ORDER BY created_at DESC, rowid DESC",
        );
        let items = items.bind(user.as_str()).fetch_all(&self.readers).await?;
        items.iter().map(read_item).collect()
    }

    async fn item(&self, user: &UserId, id: &ItemId) -> Result<Option<Item>> {
        let item = sqlx::query("SELECT * FROM items WHERE user_id = ? AND id = ?");
        let item = item.bind(user.as_str()).bind(id.as_str());
        item.fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read_item)
            .transpose()
    }

    async fn access_token(&self, user: &UserId, id: &ItemId) -> Result<Option<Vec<u8>>> {
        let token =
            sqlx::query_scalar("SELECT access_token FROM items WHERE user_id = ? AND id = ?")
                .bind(user.as_str())
                .bind(id.as_str());
        Ok(token.fetch_optional(&self.readers).await?)
    }

    async fn remove_item(&self, user: &UserId, id: &ItemId) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM items WHERE user_id = ? AND id = ?")
            .bind(user.as_str())
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() == 1)
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

fn read_item(row: &SqliteRow) -> Result<Item> {
    let institution_id: Option<String> = row.try_get("institution_id")?;
    let error: Option<String> = row.try_get("error")?;
    Ok(Item {
        id: ItemId::new(row.try_get::<String, _>("id")?),
        institution_id: institution_id.map(Into::into),
        institution_name: row.try_get("institution_name")?,
        institution_color: row.try_get("institution_color")?,
        status: read_status(row.try_get("status")?),
        error: error.map(|error| parse(&error, "an error")).transpose()?,
        accounts: parse(row.try_get("accounts")?, "accounts")?,
        new_accounts_available: false,
        disconnects_at: None,
        created_at: row.try_get("created_at")?,
        refreshed_at: row.try_get("refreshed_at")?,
    })
}

fn status_text(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Healthy => "healthy",
        ItemStatus::LoginRequired => "login_required",
        ItemStatus::Failing => "failing",
    }
}

fn read_status(text: &str) -> ItemStatus {
    match text {
        "healthy" => ItemStatus::Healthy,
        "login_required" => ItemStatus::LoginRequired,
        _ => ItemStatus::Failing,
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.into()))
}

fn parse<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(what))
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
