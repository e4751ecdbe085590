//! Webhooks in SQLite.

use async_trait::async_trait;
use plaid_client::WebhookKey;
use sqlx::Row as _;

use super::Sqlite;
use super::engine::Durability;
use crate::clock::Timestamp;
use crate::store::contract::{PendingWebhook, ReceivedWebhook, Webhooks};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};

/// How many webhooks with the same signature are stored: anyone who has seen one can send it again for minutes.
const MAX_EQUAL: i64 = 16;

#[async_trait]
impl Webhooks for Sqlite {
    async fn store_webhooks(&self, received: &[ReceivedWebhook], applied: &[i64]) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for webhook in received {
            sqlx::query(
                "INSERT INTO webhooks \
                    (signature_sha256, body_sha256, sealed, received_at, due_at, first_received_at) \
                 SELECT ?1, ?2, ?3, ?4, ?4, coalesce( \
                    (SELECT min(first_received_at) FROM webhooks \
                        WHERE body_sha256 = ?2 AND first_received_at > ?5), ?4) \
                 WHERE NOT EXISTS ( \
                    SELECT 1 FROM webhooks WHERE signature_sha256 = ?1 AND due_at = received_at \
                 ) AND (SELECT count(*) FROM webhooks WHERE signature_sha256 = ?1) < ?6",
            )
            .bind(webhook.signature.as_bytes())
            .bind(webhook.body.as_bytes())
            .bind(&webhook.sealed)
            .bind(webhook.received_at)
            .bind(webhook.copies_since)
            .bind(MAX_EQUAL)
            .execute(&mut *transaction)
            .await?;
        }
        for id in applied {
            sqlx::query("UPDATE webhooks SET due_at = NULL WHERE id = ?")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    async fn due_webhooks(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingWebhook>> {
        let due = sqlx::query(
            "UPDATE webhooks SET due_at = ? WHERE id IN ( \
                SELECT id FROM webhooks WHERE due_at <= ? ORDER BY due_at, id LIMIT ? \
             ) RETURNING id, first_received_at, body_sha256, sealed",
        )
        .bind(retry_at)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let due = self.engine.write(due, Durability::Synced).await?;
        let mut pending = due
            .iter()
            .map(|row| {
                let body = Digest::from_bytes(row.try_get("body_sha256")?);
                Ok(PendingWebhook {
                    id: row.try_get("id")?,
                    body: body.ok_or(StoreError::Corrupt("a digest"))?,
                    first_received_at: row.try_get("first_received_at")?,
                    sealed: row.try_get("sealed")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        pending.sort_by_key(|webhook| webhook.id);
        Ok(pending)
    }

    async fn webhook_keys(&self) -> Result<Vec<WebhookKey>> {
        let keys = sqlx::query("SELECT * FROM webhook_keys");
        let keys = keys.fetch_all(self.engine.readers()).await?;
        let keys = keys.iter().map(|row| {
            let expired_at: Option<Timestamp> = row.try_get("expired_at")?;
            Ok(WebhookKey {
                kid: row.try_get("kid")?,
                x: row.try_get("x")?,
                y: row.try_get("y")?,
                expired_at: expired_at.map(Into::into),
                fetched_at: row.try_get::<Timestamp, _>("fetched_at")?.into(),
            })
        });
        keys.collect()
    }

    async fn save_webhook_key(&self, key: &WebhookKey) -> Result<()> {
        let saved = sqlx::query(
            "INSERT OR REPLACE INTO webhook_keys (kid, x, y, expired_at, fetched_at) \
             VALUES (?, ?, ?, ?, ?)",
        );
        let saved = saved
            .bind(&key.kid)
            .bind(&key.x)
            .bind(&key.y)
            .bind(key.expired_at.map(Timestamp::from))
            .bind(Timestamp::from(key.fetched_at));
        self.engine.write(saved, Durability::Relaxed).await?;
        Ok(())
    }

    async fn delete_webhook_key(&self, kid: &str) -> Result<()> {
        let deleted = sqlx::query("DELETE FROM webhook_keys WHERE kid = ?").bind(kid);
        self.engine.write(deleted, Durability::Relaxed).await?;
        Ok(())
    }
}
