use async_trait::async_trait;
use connect_api::{Item, ItemStatus};
use plaid_types::{Account, AccountId, InstitutionId, ItemId, PlaidError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use crate::auth::UserId;
use crate::digest::Digest;
use crate::store::{Claim, Exchange, Interrupted, Items, Repairs, Result, StoreError};

/// A claim, for [`CLAIM`].
#[derive(Serialize)]
struct ClaimRow<'a> {
    user: &'a str,
    token: String,
    sealed: String,
    now: &'a str,
    until: &'a str,
}

/// A new Item, for [`ADD`].
#[derive(Serialize)]
struct NewItemRow<'a> {
    #[serde(flatten)]
    item: ItemRow<'a>,
    token: String,
    access_token: String,
    sync_at: Option<&'a str>,
}

/// An Item, for [`UPDATE`].
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
    refreshed_at: &'a str,
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
            refreshed_at: &item.refreshed_at,
        }
    }
}

pub(super) const CLAIM: &str = "\
    INSERT INTO public_tokens (token_sha256, user_id, claimed_at, sealed, exchange_until) \
    SELECT unhex(value ->> 'token'), value ->> 'user', value ->> 'now', unhex(value ->> 'sealed'), value ->> 'until' \
    FROM jsonb_each(?1) WHERE NOT EXISTS ( \
        SELECT 1 FROM public_tokens WHERE user_id = value ->> 'user' \
            AND exchange_until > value ->> 'now' AND token_sha256 <> unhex(value ->> 'token') \
    ) \
    ON CONFLICT (token_sha256) DO UPDATE SET begun = 1, exchange_until = excluded.exchange_until \
        WHERE user_id = excluded.user_id AND item_id IS NULL AND NOT lost AND NOT expired AND NOT declined \
    RETURNING user_id, begun";

pub(super) const ADD: &str = "\
    BEGIN IMMEDIATE; \
    INSERT INTO items (id, user_id, institution_id, institution_name, institution_color, \
        status, error, accounts, access_token, created_at, refreshed_at) \
    SELECT value ->> 'id', value ->> 'user', value ->> 'institution_id', value ->> 'institution_name', \
        value ->> 'institution_color', value ->> 'status', value ->> 'error', value ->> 'accounts', \
        unhex(value ->> 'access_token'), value ->> 'created_at', value ->> 'refreshed_at' \
    FROM jsonb_each(?1) WHERE TRUE \
    ON CONFLICT (id) DO UPDATE SET access_token = excluded.access_token, accounts = excluded.accounts, \
        status = excluded.status, error = excluded.error, refreshed_at = excluded.refreshed_at \
        WHERE user_id = excluded.user_id \
    RETURNING id, 1; \
    UPDATE public_tokens SET item_id = value ->> 'id', sealed = NULL, exchange_until = NULL, lost = 0, ownerless_at = NULL \
    FROM jsonb_each(?1) WHERE token_sha256 = unhex(value ->> 'token') AND +user_id = value ->> 'user' \
        AND EXISTS (SELECT 1 FROM items WHERE id = value ->> 'id' AND +user_id = value ->> 'user'); \
    INSERT INTO transaction_syncs (item_id, sync_at) \
    SELECT items.id, value ->> 'sync_at' FROM jsonb_each(?1) \
        JOIN items ON items.id = value ->> 'id' AND +user_id = value ->> 'user' \
        WHERE value ->> 'sync_at' IS NOT NULL \
    ON CONFLICT (item_id) DO UPDATE SET sync_at = excluded.sync_at; \
    COMMIT";

macro_rules! update {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "UPDATE items SET institution_id = value ->> 'institution_id', \
                institution_name = value ->> 'institution_name', institution_color = value ->> 'institution_color', \
                status = value ->> 'status', error = value ->> 'error', accounts = value ->> 'accounts', \
                refreshed_at = value ->> 'refreshed_at', new_accounts_available = value ->> 'new_accounts_available', \
                disconnects_at = value ->> 'disconnects_at' \
             FROM jsonb_each(?1) WHERE items.id = value ->> 'id' AND +user_id = value ->> 'user' \
             RETURNING id, 1",
            $after
        )
    };
}

pub(super) const UPDATE: &str = update!("", "");
/// The same for one row, and the accounts that are gone.
const UPDATE_AND_DELETE: &str = update!(
    "BEGIN IMMEDIATE; ",
    "; DELETE FROM transactions WHERE user_id = ?2 AND +item_id = ?3 AND account_id IN (SELECT value FROM json_each(?4)); COMMIT"
);

#[async_trait]
impl Items for Sqlite {
    async fn claim(&self, user: &UserId, exchange: &Exchange<'_>) -> Result<Claim> {
        let row = ClaimRow {
            user: user.as_str(),
            token: hex::encode(exchange.public_token.as_bytes()),
            sealed: hex::encode(exchange.sealed),
            now: exchange.now,
            until: exchange.until,
        };
        // By user: of two tokens of one user the second waits.
        match self.claims.write_soon(user.as_str(), &row).await? {
            Some(0) => return Ok(Claim::Taken),
            Some(_) => return Ok(Claim::Begun),
            None => {}
        }
        let before: Option<(String, Option<String>, bool, bool, bool, bool)> = sqlx::query_as(
            "SELECT user_id, item_id, lost, expired, declined, EXISTS ( \
                SELECT 1 FROM public_tokens \
                WHERE user_id = ?2 AND exchange_until > ?3 AND token_sha256 <> ?1 \
             ) FROM public_tokens WHERE token_sha256 = ?1",
        )
        .bind(exchange.public_token.as_bytes())
        .bind(user.as_str())
        .bind(exchange.now)
        .fetch_optional(&self.readers)
        .await?;
        Ok(match before {
            Some((holder, ..)) if holder != user.as_str() => Claim::Foreign,
            Some((_, Some(item), ..)) => Claim::Became(ItemId::new(item)),
            Some((_, None, true, ..)) => Claim::Lost,
            Some((_, None, false, true, ..)) => Claim::Expired,
            Some((_, None, false, false, true, false)) => Claim::Declined,
            Some(_) | None => Claim::Wait,
        })
    }

    async fn keep_claim(&self, user: &UserId, exchange: &Exchange<'_>) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "UPDATE public_tokens SET declined = 0, sealed = ?, exchange_until = ? \
             WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(exchange.sealed)
        .bind(exchange.until)
        .bind(exchange.public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn exchanges_to_resume(&self, now: &str) -> Result<Vec<Interrupted>> {
        let interrupted: Vec<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT user_id, sealed FROM public_tokens WHERE exchange_until <= ? AND sealed IS NOT NULL",
        )
        .bind(now)
        .fetch_all(&self.readers)
        .await?;
        Ok(interrupted
            .into_iter()
            .map(|(user, sealed)| Interrupted {
                user: UserId::new(user),
                sealed,
            })
            .collect())
    }

    async fn decline(&self, user: &UserId, public_token: &Digest) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "UPDATE public_tokens SET declined = 1, sealed = NULL, exchange_until = NULL \
             WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn is_begun(&self, public_token: &Digest) -> Result<bool> {
        let begun = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens WHERE token_sha256 = ? AND begun)",
        );
        let begun = begun.bind(public_token.as_bytes());
        Ok(begun.fetch_one(&self.readers).await?)
    }

    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<bool> {
        let mut write = self.writer.begin().await?;
        let released = sqlx::query(
            "DELETE FROM public_tokens WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL AND NOT begun",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(released.rows_affected() == 1)
    }

    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
        sync_at: Option<&str>,
    ) -> Result<()> {
        let row = NewItemRow {
            item: ItemRow::new(user, item),
            token: hex::encode(public_token.as_bytes()),
            access_token: hex::encode(access_token),
            sync_at,
        };
        let added = self.new_items.write(item.id.as_str(), &row).await?;
        added.map(drop).ok_or(StoreError::Foreign)
    }

    async fn update_item(&self, user: &UserId, item: &Item, gone: &[AccountId]) -> Result<bool> {
        let row = ItemRow::new(user, item);
        if gone.is_empty() {
            // What Plaid can be asked for again waits for no disk; what is to be gone does.
            let changed = self.changed_items.write_soon(item.id.as_str(), &row);
            return Ok(changed.await?.is_some());
        }
        let updated = sqlx::query(UPDATE_AND_DELETE)
            .bind(json(&[row])?)
            .bind(user.as_str())
            .bind(item.id.as_str())
            .bind(json(&gone)?);
        Ok(!self.writer.write(updated).await?.is_empty())
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

    async fn owner(&self, id: &ItemId) -> Result<Option<UserId>> {
        let owner = sqlx::query_scalar("SELECT user_id FROM items WHERE id = ?").bind(id.as_str());
        let owner: Option<String> = owner.fetch_optional(&self.readers).await?;
        Ok(owner.map(UserId::new))
    }

    async fn repairs(&self, id: &ItemId) -> Result<Repairs> {
        let repairs =
            sqlx::query_as("SELECT repaired_at, accounts_chosen_at FROM items WHERE id = ?");
        let repairs: Option<(Option<String>, Option<String>)> = repairs
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let (repaired_at, accounts_chosen_at) = repairs.unwrap_or_default();
        Ok(Repairs {
            repaired_at,
            accounts_chosen_at,
        })
    }

    async fn note_repair(&self, id: &ItemId, at: &str, accounts_chosen: bool) -> Result<()> {
        let mut write = self.writer.begin().await?;
        let sql = if accounts_chosen {
            "UPDATE items SET repaired_at = max(coalesce(repaired_at, ''), ?1), \
                accounts_chosen_at = max(coalesce(accounts_chosen_at, ''), ?1) WHERE id = ?2"
        } else {
            "UPDATE items SET repaired_at = max(coalesce(repaired_at, ''), ?1) WHERE id = ?2"
        };
        sqlx::query(sql)
            .bind(at)
            .bind(id.as_str())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn access_token(&self, user: &UserId, id: &ItemId) -> Result<Option<Vec<u8>>> {
        let token = sqlx::query_scalar(
            "SELECT access_token FROM items WHERE user_id = ? AND id = ? AND access_token <> x''",
        );
        let token = token.bind(user.as_str()).bind(id.as_str());
        Ok(token.fetch_optional(&self.readers).await?)
    }

    async fn forget_access_token(&self, user: &UserId, id: &ItemId) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        let forgotten =
            sqlx::query("UPDATE items SET access_token = x'' WHERE user_id = ? AND id = ?")
                .bind(user.as_str())
                .bind(id.as_str())
                .execute(&mut *transaction)
                .await?;
        if forgotten.rows_affected() == 1 {
            for sql in [
                "DELETE FROM transactions WHERE item_id = ?",
                "DELETE FROM transaction_syncs WHERE item_id = ?",
            ] {
                sqlx::query(sql)
                    .bind(id.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    async fn remove_item(&self, user: &UserId, id: &ItemId) -> Result<bool> {
        let mut write = self.writer.begin().await?;
        let removed = sqlx::query("DELETE FROM items WHERE user_id = ? AND id = ?")
            .bind(user.as_str())
            .bind(id.as_str())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(removed.rows_affected() == 1)
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
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(what))
}
