//! Link tokens in SQLite.

use async_trait::async_trait;
use plaid_types::ItemId;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::engine::{Copies, Durability};
use crate::clock::Timestamp;
use crate::store::contract::{LINK_TOKENS_OF_USER, LinkTokens, StoredLinkToken};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};
use crate::user::UserId;

/// A row for [`ADD`].
#[derive(Serialize)]
struct Row<'a> {
    digest: &'a str,
    user: &'a str,
    item: Option<&'a ItemId>,
    account_selection: bool,
    sealed: String,
    created_at: Timestamp,
    due_at: Timestamp,
    expires_at: Timestamp,
}

/// Inserts Link tokens, and deletes the oldest of users who have more than 30, which is [`LINK_TOKENS_OF_USER`].
const ADD: &str = "\
    BEGIN IMMEDIATE; \
    INSERT OR IGNORE INTO link_tokens \
        (token_sha256, user_id, item_id, account_selection, sealed, created_at, due_at, expires_at) \
    SELECT unhex(value ->> 'digest'), value ->> 'user', value ->> 'item', value ->> 'account_selection', \
        unhex(value ->> 'sealed'), value ->> 'created_at', value ->> 'due_at', value ->> 'expires_at' \
    FROM jsonb_each(?1); \
    DELETE FROM link_tokens WHERE token_sha256 IN ( \
        SELECT token_sha256 FROM ( \
            SELECT token_sha256, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC) AS place \
            FROM link_tokens WHERE user_id IN (SELECT value ->> 'user' FROM jsonb_each(?1)) \
        ) WHERE place > 30); \
    COMMIT";

const _: () = assert!(LINK_TOKENS_OF_USER == 30);

#[async_trait]
impl LinkTokens for Sqlite {
    async fn add_link_token(&self, token: &StoredLinkToken) -> Result<()> {
        let digest = hex::encode(token.digest.as_bytes());
        let row = Row {
            digest: &digest,
            user: token.user.as_str(),
            item: token.item.as_ref(),
            account_selection: token.account_selection,
            sealed: hex::encode(&token.sealed),
            created_at: token.created_at,
            due_at: token.due_at,
            expires_at: token.expires_at,
        };
        let added = self
            .engine
            .write_row(ADD, &digest, &row, Durability::Relaxed);
        added.await?;
        Ok(())
    }

    async fn link_tokens_of(&self, user: &UserId) -> Result<Vec<StoredLinkToken>> {
        let tokens = sqlx::query("SELECT * FROM link_tokens WHERE user_id = ?");
        let tokens = tokens.bind(user.as_str());
        let tokens = tokens.fetch_all(self.engine.readers()).await?;
        tokens.iter().map(read).collect()
    }

    async fn link_token(&self, digest: &Digest) -> Result<Option<StoredLinkToken>> {
        let token = sqlx::query("SELECT * FROM link_tokens WHERE token_sha256 = ?");
        let token = token.bind(digest.as_bytes());
        let token = token.fetch_optional(self.engine.readers()).await?;
        token.as_ref().map(read).transpose()
    }

    async fn due_link_tokens(
        &self,
        due_before: Option<Timestamp>,
        next: Timestamp,
    ) -> Result<Vec<StoredLinkToken>> {
        let due = sqlx::query(
            "UPDATE link_tokens SET due_at = ?1, asked = asked + 1 WHERE ?2 IS NULL OR due_at <= ?2 RETURNING *",
        );
        let due = due.bind(next).bind(due_before);
        let due = self.engine.write(due, Durability::Synced).await?;
        due.iter().map(read).collect()
    }

    async fn reschedule_link_token(&self, digest: &Digest, at: Timestamp) -> Result<()> {
        let rescheduled = sqlx::query("UPDATE link_tokens SET due_at = ? WHERE token_sha256 = ?");
        let rescheduled = rescheduled.bind(at).bind(digest.as_bytes());
        self.engine.write(rescheduled, Durability::Relaxed).await?;
        Ok(())
    }

    async fn delete_link_token(&self, digest: &Digest) -> Result<()> {
        let deleted = sqlx::query("DELETE FROM link_tokens WHERE token_sha256 = ?");
        let deleted = deleted.bind(digest.as_bytes());
        self.engine.erase(deleted, Copies::InLog).await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<StoredLinkToken> {
    let digest = Digest::from_bytes(row.try_get("token_sha256")?);
    let item: Option<String> = row.try_get("item_id")?;
    let expires_at = row.try_get("expires_at")?;
    // Empty for a token from before this column.
    let created_at = row.try_get::<String, _>("created_at")?.parse().ok();
    Ok(StoredLinkToken {
        digest: digest.ok_or(StoreError::Corrupt("a digest"))?,
        user: UserId::new(row.try_get("user_id")?),
        item: item.map(ItemId::new),
        account_selection: row.try_get("account_selection")?,
        sealed: row.try_get("sealed")?,
        created_at: created_at.unwrap_or(expires_at),
        asked: row.try_get("asked")?,
        due_at: row.try_get("due_at")?,
        expires_at,
    })
}
