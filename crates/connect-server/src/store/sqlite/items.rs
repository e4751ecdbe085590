use async_trait::async_trait;
use connect_api::{Item, ItemStatus};
use plaid_types::{AccountId, ItemId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use crate::auth::UserId;
use crate::digest::Digest;
use crate::store::{Claim, Exchange, Interrupted, Items, Result, StoreError};

#[async_trait]
impl Items for Sqlite {
    async fn claim(&self, user: &UserId, exchange: &Exchange<'_>) -> Result<Claim> {
        let mut transaction = self.writer.begin().await?;
        let before: Option<(String, Option<String>, bool, bool)> = sqlx::query_as(
            "SELECT user_id, item_id, lost, declined FROM public_tokens WHERE token_sha256 = ?",
        )
        .bind(exchange.public_token.as_bytes())
        .fetch_optional(&mut *transaction)
        .await?;
        let claim = match before {
            None => Claim::Taken,
            Some((holder, ..)) if holder != user.as_str() => Claim::Foreign,
            Some((_, Some(item), ..)) => Claim::Became(ItemId::new(item)),
            Some((_, None, true, _)) => Claim::Lost,
            Some((_, None, false, true)) => Claim::Declined,
            Some((_, None, false, false)) => Claim::Begun,
        };
        if !matches!(claim, Claim::Taken | Claim::Declined | Claim::Begun) {
            return Ok(claim);
        }
        let others: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM public_tokens WHERE user_id = ? AND exchange_until > ? \
                AND token_sha256 <> ?",
        )
        .bind(user.as_str())
        .bind(exchange.now)
        .bind(exchange.public_token.as_bytes())
        .fetch_one(&mut *transaction)
        .await?;
        if others > 0 {
            return Ok(Claim::Wait);
        }
        if matches!(claim, Claim::Taken | Claim::Begun) {
            sqlx::query(
                "INSERT INTO public_tokens (token_sha256, user_id, claimed_at, sealed, exchange_until) \
                 VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (token_sha256) DO UPDATE SET exchange_until = excluded.exchange_until",
            )
            .bind(exchange.public_token.as_bytes())
            .bind(user.as_str())
            .bind(exchange.now)
            .bind(exchange.sealed)
            .bind(exchange.until)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(claim)
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

    async fn lose(&self, user: &UserId, public_token: &Digest) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "UPDATE public_tokens SET lost = 1, sealed = NULL, exchange_until = NULL \
             WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "DELETE FROM public_tokens WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
        sync_at: Option<&str>,
    ) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
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
        sqlx::query(
            "UPDATE public_tokens SET item_id = ?, sealed = NULL, exchange_until = NULL \
             WHERE token_sha256 = ? AND user_id = ?",
        )
        .bind(item.id.as_str())
        .bind(public_token.as_bytes())
        .bind(user.as_str())
        .execute(&mut *transaction)
        .await?;
        if let Some(sync_at) = sync_at {
            sqlx::query(
                "INSERT INTO transaction_syncs (item_id, sync_at) VALUES (?, ?) \
                 ON CONFLICT (item_id) DO UPDATE SET sync_at = excluded.sync_at",
            )
            .bind(item.id.as_str())
            .bind(sync_at)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn update_item(&self, user: &UserId, item: &Item, gone: &[AccountId]) -> Result<bool> {
        let mut transaction = self.writer.begin().await?;
        let updated = sqlx::query(
            "UPDATE items SET institution_id = ?, institution_name = ?, institution_color = ?, \
                status = ?, error = ?, accounts = ?, refreshed_at = ?, \
                new_accounts_available = ?, disconnects_at = ? WHERE user_id = ? AND id = ?",
        )
        .bind(item.institution_id.as_ref().map(|id| id.as_str()))
        .bind(&item.institution_name)
        .bind(&item.institution_color)
        .bind(status_text(item.status))
        .bind(item.error.as_ref().map(json).transpose()?)
        .bind(json(&item.accounts)?)
        .bind(&item.refreshed_at)
        .bind(item.new_accounts_available)
        .bind(&item.disconnects_at)
        .bind(user.as_str())
        .bind(item.id.as_str())
        .execute(&mut *transaction)
        .await?;
        for account in gone {
            sqlx::query(
                "DELETE FROM transactions WHERE user_id = ? AND account_id = ? AND +item_id = ?",
            )
            .bind(user.as_str())
            .bind(account.as_str())
            .bind(item.id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
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

    async fn owner(&self, id: &ItemId) -> Result<Option<UserId>> {
        let owner = sqlx::query_scalar("SELECT user_id FROM items WHERE id = ?").bind(id.as_str());
        let owner: Option<String> = owner.fetch_optional(&self.readers).await?;
        Ok(owner.map(UserId::new))
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
