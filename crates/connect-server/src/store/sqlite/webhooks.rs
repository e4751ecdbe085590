//! Webhooks in SQLite.

use async_trait::async_trait;
use sqlx::Row as _;

use super::Sqlite;
use super::engine::Durability;
use crate::clock::Timestamp;
use crate::store::contract::{PendingWebhook, ReceivedWebhook, Webhooks};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};

#[async_trait]
impl Webhooks for Sqlite {
    async fn store_webhooks(&self, received: &[ReceivedWebhook], applied: &[i64]) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for webhook in received {
            sqlx::query(
                "INSERT OR IGNORE INTO webhooks \
                    (signature_sha256, body_sha256, sealed, received_at, due_at, first_received_at) \
                 VALUES (?1, ?2, ?3, ?4, ?4, coalesce( \
                    (SELECT min(first_received_at) FROM webhooks \
                        WHERE body_sha256 = ?2 AND first_received_at > ?5), ?4))",
            )
            .bind(webhook.signature.as_bytes())
            .bind(webhook.body.as_bytes())
            .bind(&webhook.sealed)
            .bind(webhook.received_at)
            .bind(webhook.copies_since)
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
}
