use async_trait::async_trait;

use super::Sqlite;
use crate::store::{PendingWebhook, ReceivedWebhook, Result, Webhooks};

#[async_trait]
impl Webhooks for Sqlite {
    async fn keep_webhooks(&self, received: &[ReceivedWebhook], applied: &[i64]) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        for webhook in received {
            sqlx::query(
                "INSERT OR IGNORE INTO webhooks \
                    (signature_sha256, body_sha256, sealed, received_at, apply_at, told_at) \
                 VALUES (?1, ?2, ?3, ?4, ?4, coalesce( \
                    (SELECT min(told_at) FROM webhooks WHERE body_sha256 = ?2 AND told_at > ?5), ?4))",
            )
            .bind(webhook.signature.as_bytes())
            .bind(webhook.body.as_bytes())
            .bind(&webhook.sealed)
            .bind(&webhook.received_at)
            .bind(&webhook.copied_since)
            .execute(&mut *transaction)
            .await?;
        }
        for id in applied {
            sqlx::query("UPDATE webhooks SET apply_at = NULL WHERE id = ?")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn webhooks_to_apply(
        &self,
        now: &str,
        again_at: &str,
        limit: usize,
    ) -> Result<Vec<PendingWebhook>> {
        let mut write = self.writer.begin().await?;
        let mut pending: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(
            "UPDATE webhooks SET apply_at = ? WHERE id IN ( \
                SELECT id FROM webhooks WHERE apply_at <= ? ORDER BY apply_at, id LIMIT ? \
             ) RETURNING id, told_at, sealed",
        )
        .bind(again_at)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *write)
        .await?;
        write.commit().await?;
        pending.sort_by_key(|(id, ..)| *id);
        Ok(pending
            .into_iter()
            .map(|(id, told_at, sealed)| PendingWebhook {
                id,
                told_at,
                sealed,
            })
            .collect())
    }
}
