//! Items and access tokens in SQLite.

use async_trait::async_trait;
use connect_api::{Item, ItemStatus};
use plaid_types::{Account, AccountId, InstitutionId, ItemId, PlaidError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::engine::{Copies, Durability};
use crate::clock::Timestamp;
use crate::store::contract::{Items, OwnedItem, Repairs, VersionedItem};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};
use crate::store::failures::count_unreadable;
use crate::user::UserId;

/// A row for [`ADD`].
#[derive(Serialize)]
struct NewItemRow<'a> {
    #[serde(flatten)]
    item: ItemRow<'a>,
    token: String,
    access_token: String,
    sync_at: Option<Timestamp>,
}

/// A row for [`UPDATE`].
#[derive(Serialize)]
struct UpdatedItemRow<'a> {
    #[serde(flatten)]
    item: ItemRow<'a>,
    version: i64,
}

/// The columns of an Item.
#[derive(Serialize)]
struct ItemRow<'a> {
    user: &'a str,
    id: &'a ItemId,
    institution_id: Option<&'a InstitutionId>,
    institution_name: &'a str,
    institution_color: Option<&'a str>,
    status: &'static str,
    error: Option<&'a PlaidError>,
    accounts: &'a [Account],
    new_accounts_available: bool,
    disconnects_at: Option<&'a str>,
    created_at: &'a str,
    refreshed_at: Option<&'a str>,
}

impl<'a> ItemRow<'a> {
    fn new(user: &'a UserId, item: &'a Item) -> Self {
        Self {
            user: user.as_str(),
            id: &item.id,
            institution_id: item.institution_id.as_ref(),
            institution_name: &item.institution_name,
            institution_color: item.institution_color.as_deref(),
            status: status_text(item.status),
            error: item.error.as_ref(),
            accounts: &item.accounts,
            new_accounts_available: item.new_accounts_available,
            disconnects_at: item.disconnects_at.as_deref(),
            created_at: &item.created_at,
            refreshed_at: item.refreshed_at.as_deref(),
        }
    }
}

/// Inserts Items or replaces those of the same user, connects their public tokens, and schedules their first sync.
const ADD: &str = "\
    BEGIN IMMEDIATE; \
    INSERT INTO items (id, user_id, institution_id, institution_name, institution_color, \
        status, error, accounts, access_token, created_at, refreshed_at, checked_at) \
    SELECT value ->> 'id', value ->> 'user', value ->> 'institution_id', value ->> 'institution_name', \
        value ->> 'institution_color', value ->> 'status', value ->> 'error', value ->> 'accounts', \
        unhex(value ->> 'access_token'), value ->> 'created_at', value ->> 'refreshed_at', \
        value ->> 'created_at' \
    FROM jsonb_each(?1) WHERE TRUE \
    ON CONFLICT (id) DO UPDATE SET access_token = excluded.access_token, accounts = excluded.accounts, \
        status = excluded.status, error = excluded.error, refreshed_at = excluded.refreshed_at, \
        checked_at = excluded.checked_at, version = version + 1 \
        WHERE user_id = excluded.user_id \
    RETURNING id, 1; \
    UPDATE public_tokens SET state = 'connected', item_id = value ->> 'id', sealed_request = NULL, \
        claim_expires_at = NULL, orphan_institution_id = NULL \
    FROM jsonb_each(?1) WHERE token_sha256 = unhex(value ->> 'token') AND +user_id = value ->> 'user' \
        AND EXISTS (SELECT 1 FROM items WHERE id = value ->> 'id' AND +user_id = value ->> 'user'); \
    INSERT INTO transaction_syncs (item_id, due_at) \
    SELECT items.id, value ->> 'sync_at' FROM jsonb_each(?1) \
        JOIN items ON items.id = value ->> 'id' AND +user_id = value ->> 'user' \
        WHERE value ->> 'sync_at' IS NOT NULL \
    ON CONFLICT (item_id) DO UPDATE SET due_at = excluded.due_at; \
    COMMIT";

/// Updates Items that still have the version that was read, and an access token.
const UPDATE: &str = "\
    UPDATE items SET institution_id = value ->> 'institution_id', \
        institution_name = value ->> 'institution_name', institution_color = value ->> 'institution_color', \
        status = value ->> 'status', error = value ->> 'error', accounts = value ->> 'accounts', \
        refreshed_at = value ->> 'refreshed_at', new_accounts_available = value ->> 'new_accounts_available', \
        disconnects_at = value ->> 'disconnects_at', version = version + 1 \
    FROM jsonb_each(?1) WHERE items.id = value ->> 'id' AND +user_id = value ->> 'user' \
        AND version = value ->> 'version' AND access_token <> x'' \
    RETURNING id, 1";

#[async_trait]
impl Items for Sqlite {
    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
        sync_at: Option<Timestamp>,
    ) -> Result<()> {
        let row = NewItemRow {
            item: ItemRow::new(user, item),
            token: hex::encode(public_token.as_bytes()),
            access_token: hex::encode(access_token),
            sync_at,
        };
        let added = self
            .engine
            .write_row(ADD, item.id.as_str(), &row, Durability::Synced);
        let added = added.await;
        // The sealed request of the public token is erased.
        self.engine.remove_copies(Copies::InLog);
        added?.map(drop).ok_or(StoreError::Foreign)
    }

    async fn update_item(
        &self,
        user: &UserId,
        item: &Item,
        version: i64,
        removed_accounts: &[AccountId],
    ) -> Result<bool> {
        let row = UpdatedItemRow {
            item: ItemRow::new(user, item),
            version,
        };
        if removed_accounts.is_empty() {
            let changed =
                self.engine
                    .write_row(UPDATE, item.id.as_str(), &row, Durability::Relaxed);
            return Ok(changed.await?.is_some());
        }
        let mut transaction = self.engine.begin().await?;
        let updated = sqlx::query(UPDATE).bind(json(&[row])?);
        if updated.fetch_all(&mut *transaction).await?.is_empty() {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM transactions WHERE +item_id = ?1 AND user_id = ?2 \
                AND account_id IN (SELECT value FROM json_each(?3))",
            "DELETE FROM rebuilt_transactions WHERE item_id = ?1 AND user_id = ?2 \
                AND account_id IN (SELECT value FROM json_each(?3))",
            "UPDATE transaction_syncs SET removals = removals + 1 WHERE item_id = ?1",
        ] {
            sqlx::query(sql)
                .bind(item.id.as_str())
                .bind(user.as_str())
                .bind(json(&removed_accounts)?)
                .execute(&mut *transaction)
                .await?;
        }
        let committed = transaction.commit().await;
        self.engine.remove_copies(Copies::Everywhere);
        committed?;
        Ok(true)
    }

    async fn items(&self, user: &UserId) -> Result<Vec<Item>> {
        let items = sqlx::query(
            "SELECT * FROM items WHERE user_id = ? ORDER BY created_at DESC, rowid DESC",
        );
        let items = items
            .bind(user.as_str())
            .fetch_all(self.engine.readers())
            .await?;
        items.iter().map(read_item).collect()
    }

    async fn item(&self, user: &UserId, id: &ItemId) -> Result<Option<Item>> {
        let item = sqlx::query("SELECT * FROM items WHERE user_id = ? AND id = ?");
        let item = item.bind(user.as_str()).bind(id.as_str());
        item.fetch_optional(self.engine.readers())
            .await?
            .as_ref()
            .map(read_item)
            .transpose()
    }

    async fn versioned_item(&self, user: &UserId, id: &ItemId) -> Result<Option<VersionedItem>> {
        let item = sqlx::query(
            "SELECT *, access_token <> x'' AS has_access_token FROM items WHERE user_id = ? AND id = ?",
        );
        let item = item.bind(user.as_str()).bind(id.as_str());
        let row = item.fetch_optional(self.engine.readers()).await?;
        let read = |row: &SqliteRow| {
            Ok(VersionedItem {
                item: read_item(row)?,
                version: row.try_get("version")?,
                has_access_token: row.try_get("has_access_token")?,
            })
        };
        row.as_ref().map(read).transpose()
    }

    async fn owner(&self, id: &ItemId) -> Result<Option<UserId>> {
        let owner = sqlx::query_scalar("SELECT user_id FROM items WHERE id = ?").bind(id.as_str());
        let owner: Option<String> = owner.fetch_optional(self.engine.readers()).await?;
        Ok(owner.map(UserId::new))
    }

    async fn items_to_check(
        &self,
        before: Timestamp,
        claimed_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OwnedItem>> {
        let claimed = sqlx::query(
            "UPDATE items SET checked_at = ? WHERE id IN ( \
                SELECT id FROM items WHERE access_token <> x'' AND (checked_at IS NULL OR checked_at <= ?) \
                ORDER BY checked_at LIMIT ? \
             ) RETURNING id, user_id",
        )
        .bind(claimed_at)
        .bind(before)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let claimed = self.engine.write(claimed, Durability::Relaxed).await?;
        let claimed = claimed.iter().map(|row| {
            Ok(OwnedItem {
                item: ItemId::new(row.try_get::<String, _>(0)?),
                user: UserId::new(row.try_get(1)?),
            })
        });
        claimed.collect()
    }

    async fn mark_checked(&self, id: &ItemId, at: Timestamp) -> Result<()> {
        let checked = sqlx::query("UPDATE items SET checked_at = ? WHERE id = ?");
        let checked = checked.bind(at).bind(id.as_str());
        self.engine.write(checked, Durability::Relaxed).await?;
        Ok(())
    }

    async fn repairs(&self, id: &ItemId) -> Result<Repairs> {
        let repairs =
            sqlx::query("SELECT repaired_at, accounts_selected_at FROM items WHERE id = ?");
        let repairs = repairs.bind(id.as_str());
        let repairs = repairs.fetch_optional(self.engine.readers()).await?;
        let Some(row) = repairs else {
            return Ok(Repairs::default());
        };
        Ok(Repairs {
            repaired_at: row.try_get("repaired_at")?,
            accounts_selected_at: row.try_get("accounts_selected_at")?,
        })
    }

    async fn record_repair(
        &self,
        id: &ItemId,
        at: Timestamp,
        accounts_selected: bool,
    ) -> Result<()> {
        let recorded = sqlx::query(
            "UPDATE items SET repaired_at = max(coalesce(repaired_at, ''), ?1), \
                accounts_selected_at = CASE WHEN ?2 THEN max(coalesce(accounts_selected_at, ''), ?1) \
                    ELSE accounts_selected_at END \
             WHERE id = ?3",
        );
        let recorded = recorded.bind(at).bind(accounts_selected).bind(id.as_str());
        self.engine.write(recorded, Durability::Synced).await?;
        Ok(())
    }

    async fn access_token(&self, user: &UserId, id: &ItemId) -> Result<Option<Vec<u8>>> {
        let token = sqlx::query_scalar(
            "SELECT access_token FROM items WHERE user_id = ? AND id = ? AND access_token <> x''",
        );
        let token = token.bind(user.as_str()).bind(id.as_str());
        Ok(token.fetch_optional(self.engine.readers()).await?)
    }

    async fn erase_access_token(
        &self,
        user: &UserId,
        id: &ItemId,
        error: &PlaidError,
    ) -> Result<()> {
        let erased = sqlx::query(
            "BEGIN IMMEDIATE; \
             DELETE FROM transactions WHERE user_id = ?1 AND item_id = ?2; \
             DELETE FROM transaction_syncs WHERE item_id = ?2 \
                AND EXISTS (SELECT 1 FROM items WHERE id = ?2 AND user_id = ?1); \
             UPDATE items SET access_token = x'', accounts = '[]', status = 'failing', error = ?3, \
                new_accounts_available = 0, disconnects_at = NULL, version = version + 1 \
                WHERE user_id = ?1 AND id = ?2; \
             COMMIT",
        );
        let erased = erased
            .bind(user.as_str())
            .bind(id.as_str())
            .bind(json(error)?);
        self.engine.erase(erased, Copies::Everywhere).await?;
        Ok(())
    }

    async fn remove_item(&self, user: &UserId, id: &ItemId) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM items WHERE user_id = ? AND id = ? RETURNING 1");
        let removed = removed.bind(user.as_str()).bind(id.as_str());
        let removed = self.engine.erase(removed, Copies::Everywhere).await?;
        Ok(!removed.is_empty())
    }
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
        new_accounts_available: row.try_get("new_accounts_available")?,
        disconnects_at: row.try_get("disconnects_at")?,
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
    serde_json::from_str(text).map_err(|_| {
        count_unreadable();
        StoreError::Corrupt(what)
    })
}
