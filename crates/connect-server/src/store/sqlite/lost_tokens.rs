use async_trait::async_trait;
use plaid_types::InstitutionId;

use super::Sqlite;
use crate::auth::UserId;
use crate::digest::Digest;
use crate::store::{Lost, LostTokens, Result, StoreError};

#[async_trait]
impl LostTokens for Sqlite {
    async fn lose(&self, lost: &Lost) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "UPDATE public_tokens SET lost = 1, sealed = NULL, exchange_until = NULL, ownerless_at = ?, end_from = ? \
             WHERE token_sha256 = ? AND user_id = ? AND item_id IS NULL",
        )
        .bind(lost.ownerless_at.as_ref().map(|bank| bank.as_str()))
        .bind(&lost.end_from)
        .bind(lost.public_token.as_bytes())
        .bind(lost.user.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn expire(&self, lost: &Lost, now: &str) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT OR IGNORE INTO public_tokens (token_sha256, user_id, claimed_at, expired, ownerless_at, end_from) \
             VALUES (?, ?, ?, 1, ?, ?)",
        )
        .bind(lost.public_token.as_bytes())
        .bind(lost.user.as_str())
        .bind(now)
        .bind(lost.ownerless_at.as_ref().map(|bank| bank.as_str()))
        .bind(&lost.end_from)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn ownerless(&self, now: &str) -> Result<Vec<Lost>> {
        let lost: Vec<(String, Vec<u8>, String, String)> = sqlx::query_as(
            "SELECT user_id, token_sha256, ownerless_at, end_from FROM public_tokens \
             WHERE ownerless_at IS NOT NULL AND end_from <= ? AND item_id IS NULL ORDER BY user_id",
        )
        .bind(now)
        .fetch_all(&self.readers)
        .await?;
        let lost = lost.into_iter().map(|(user, digest, bank, end_from)| {
            Ok(Lost {
                user: UserId::new(user),
                public_token: Digest::from_bytes(&digest).ok_or(StoreError::Corrupt("a digest"))?,
                ownerless_at: Some(InstitutionId::new(bank)),
                end_from,
            })
        });
        lost.collect()
    }

    async fn end_later(&self, lost: &[Lost], at: &str) -> Result<()> {
        let mut write = self.writer.begin().await?;
        for lost in lost {
            sqlx::query("UPDATE public_tokens SET end_from = ? WHERE token_sha256 = ?")
                .bind(at)
                .bind(lost.public_token.as_bytes())
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }

    async fn no_longer_ownerless(&self, lost: &[Lost]) -> Result<()> {
        let mut write = self.writer.begin().await?;
        for lost in lost {
            sqlx::query("UPDATE public_tokens SET ownerless_at = NULL WHERE token_sha256 = ?")
                .bind(lost.public_token.as_bytes())
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }

    async fn is_settled(&self, public_token: &Digest) -> Result<bool> {
        let settled = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens \
             WHERE token_sha256 = ? AND (lost OR expired OR item_id IS NOT NULL))",
        );
        let settled = settled.bind(public_token.as_bytes());
        Ok(settled.fetch_one(&self.readers).await?)
    }

    async fn is_exchanging(&self, user: &UserId) -> Result<bool> {
        let exchanging = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens WHERE user_id = ? AND exchange_until IS NOT NULL)",
        );
        let exchanging = exchanging.bind(user.as_str());
        Ok(exchanging.fetch_one(&self.readers).await?)
    }
}
