//! The keys of the vault in SQLite.

use async_trait::async_trait;
use plaid_types::ItemId;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::engine::{Copies, Durability};
use crate::store::contract::{Replacement, SealedValue, VaultKey, VaultKeys};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};
use crate::store::vault::{KeyId, Place};
use crate::user::UserId;

/// The query for the sealed values of a table, along the index on their key.
macro_rules! of_older_keys {
    ($columns:literal, $table:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $table,
            " WHERE key_id IN (SELECT id FROM vault_keys WHERE id < ?) LIMIT ?"
        )
    };
}

type ReadPlace = fn(&SqliteRow) -> Result<Place>;

/// The sealed values of each table, and how their place is read.
const OF_OLDER_KEYS: [(&str, ReadPlace); 4] = [
    (
        of_older_keys!("access_token AS sealed, user_id, id", "items"),
        |row| {
            Ok(Place::AccessToken {
                user: user(row)?,
                item: ItemId::new(row.try_get::<String, _>("id")?),
            })
        },
    ),
    (
        of_older_keys!(
            "sealed_request AS sealed, user_id, token_sha256",
            "public_tokens"
        ),
        |row| {
            Ok(Place::Exchange {
                user: user(row)?,
                public_token: digest(row, "token_sha256")?,
            })
        },
    ),
    (
        of_older_keys!("sealed, user_id, token_sha256", "link_tokens"),
        |row| {
            Ok(Place::LinkToken {
                user: user(row)?,
                link_token: digest(row, "token_sha256")?,
            })
        },
    ),
    (of_older_keys!("sealed, body_sha256", "webhooks"), |row| {
        Ok(Place::Webhook {
            body: digest(row, "body_sha256")?,
        })
    }),
];

#[async_trait]
impl VaultKeys for Sqlite {
    async fn vault_keys(&self) -> Result<Vec<VaultKey>> {
        let keys = sqlx::query("SELECT * FROM vault_keys ORDER BY id");
        let keys = keys.fetch_all(self.engine.readers()).await?;
        let keys = keys.iter().map(|row| {
            let id = KeyId::from_bytes(row.try_get("id")?);
            Ok(VaultKey {
                id: id.ok_or(StoreError::Corrupt("the number of a key"))?,
                check: row.try_get("key_check")?,
                added_at: row.try_get("added_at")?,
            })
        });
        keys.collect()
    }

    async fn add_vault_key(&self, key: &VaultKey) -> Result<()> {
        let id = key.id.to_bytes();
        let added = sqlx::query(
            "INSERT OR IGNORE INTO vault_keys (id, key_check, added_at) VALUES (?, ?, ?)",
        );
        let added = added.bind(&id[..]).bind(&key.check).bind(key.added_at);
        self.engine.write(added, Durability::Synced).await?;
        Ok(())
    }

    async fn remove_vault_key(&self, id: KeyId) -> Result<u64> {
        let id = id.to_bytes();
        let mut transaction = self.engine.begin().await?;
        let values: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM items WHERE key_id = ?1) \
                + (SELECT count(*) FROM public_tokens WHERE key_id = ?1) \
                + (SELECT count(*) FROM link_tokens WHERE key_id = ?1) \
                + (SELECT count(*) FROM webhooks WHERE key_id = ?1)",
        )
        .bind(&id[..])
        .fetch_one(&mut *transaction)
        .await?;
        if values == 0 {
            let removed = sqlx::query("DELETE FROM vault_keys WHERE id = ?");
            removed.bind(&id[..]).execute(&mut *transaction).await?;
            transaction.commit().await?;
        }
        Ok(values.unsigned_abs())
    }

    async fn values_of_older_keys(&self, newest: KeyId, limit: usize) -> Result<Vec<SealedValue>> {
        let newest = newest.to_bytes();
        let mut values = Vec::new();
        for (sql, place) in OF_OLDER_KEYS {
            let left = i64::try_from(limit - values.len()).unwrap_or(i64::MAX);
            let rows = sqlx::query(sql).bind(&newest[..]).bind(left);
            for row in rows.fetch_all(self.engine.readers()).await? {
                let (place, sealed) = (place(&row)?, row.try_get("sealed")?);
                values.push(SealedValue { place, sealed });
            }
        }
        Ok(values)
    }

    async fn replace_sealed(&self, replacements: &[Replacement]) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for Replacement { old, new } in replacements {
            let (sql, key, user) = match &old.place {
                Place::AccessToken { user, item } => (
                    "UPDATE items SET access_token = ?1 WHERE access_token = ?2 AND id = CAST(?3 AS TEXT) AND user_id = ?4",
                    item.as_str().as_bytes(),
                    Some(user),
                ),
                Place::Exchange { user, public_token } => (
                    "UPDATE public_tokens SET sealed_request = ?1 \
                     WHERE sealed_request = ?2 AND token_sha256 = ?3 AND user_id = ?4",
                    public_token.as_bytes(),
                    Some(user),
                ),
                Place::LinkToken { user, link_token } => (
                    "UPDATE link_tokens SET sealed = ?1 WHERE sealed = ?2 AND token_sha256 = ?3 AND user_id = ?4",
                    link_token.as_bytes(),
                    Some(user),
                ),
                Place::Webhook { body } => (
                    "UPDATE webhooks SET sealed = ?1 WHERE sealed = ?2 AND body_sha256 = ?3",
                    body.as_bytes(),
                    None,
                ),
                // The check of a key stays with its key.
                Place::KeyCheck => continue,
            };
            let mut replaced = sqlx::query(sql).bind(new).bind(&old.sealed).bind(key);
            if let Some(user) = user {
                replaced = replaced.bind(user.as_str());
            }
            replaced.execute(&mut *transaction).await?;
        }
        let committed = transaction.commit().await;
        // What the older keys sealed.
        self.engine.remove_copies(Copies::Everywhere);
        committed
    }
}

fn user(row: &SqliteRow) -> Result<UserId> {
    Ok(UserId::new(row.try_get("user_id")?))
}

fn digest(row: &SqliteRow, column: &str) -> Result<Digest> {
    let digest = Digest::from_bytes(row.try_get(column)?);
    digest.ok_or(StoreError::Corrupt("a digest"))
}
