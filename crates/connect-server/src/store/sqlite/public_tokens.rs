//! Public tokens in SQLite.

use async_trait::async_trait;
use plaid_types::{InstitutionId, ItemId};
use serde::Serialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::engine::{Copies, Durability};
use crate::clock::Timestamp;
use crate::store::contract::{Claim, ClaimRequest, InterruptedExchange, LostToken, PublicTokens};
use crate::store::digest::Digest;
use crate::store::error::{Result, StoreError};
use crate::user::UserId;

/// A row for [`CLAIM`].
#[derive(Serialize)]
struct ClaimRow<'a> {
    user: &'a str,
    token: String,
    sealed_request: String,
    now: Timestamp,
    expires_at: Timestamp,
}

/// Claims tokens; returns for each claimed one whether it was claimed before.
const CLAIM: &str = "\
    INSERT INTO public_tokens (token_sha256, user_id, state, claimed_at, sealed_request, claim_expires_at) \
    SELECT unhex(value ->> 'token'), value ->> 'user', 'exchanging', value ->> 'now', \
        unhex(value ->> 'sealed_request'), value ->> 'expires_at' \
    FROM jsonb_each(?1) WHERE NOT EXISTS ( \
        SELECT 1 FROM public_tokens WHERE user_id = value ->> 'user' \
            AND claim_expires_at > value ->> 'now' AND token_sha256 <> unhex(value ->> 'token') \
    ) \
    ON CONFLICT (token_sha256) DO UPDATE SET state = 'retrying', claim_expires_at = excluded.claim_expires_at \
        WHERE user_id = excluded.user_id AND state IN ('exchanging', 'retrying') \
    RETURNING user_id, state = 'retrying'";

#[async_trait]
impl PublicTokens for Sqlite {
    async fn claim(&self, user: &UserId, request: &ClaimRequest<'_>) -> Result<Claim> {
        let row = ClaimRow {
            user: user.as_str(),
            token: hex::encode(request.public_token.as_bytes()),
            sealed_request: hex::encode(request.sealed_request),
            now: request.now,
            expires_at: request.expires_at,
        };
        // The key is the user: of two tokens of one user, the second waits for the first.
        let claimed = self
            .engine
            .write_row(CLAIM, user.as_str(), &row, Durability::Relaxed);
        match claimed.await? {
            Some(0) => return Ok(Claim::Acquired),
            Some(_) => return Ok(Claim::Retried),
            None => {}
        }
        let known = sqlx::query(
            "SELECT user_id, state, item_id, EXISTS ( \
                SELECT 1 FROM public_tokens \
                WHERE user_id = ?2 AND claim_expires_at > ?3 AND token_sha256 <> ?1 \
             ) AS is_busy FROM public_tokens WHERE token_sha256 = ?1",
        )
        .bind(request.public_token.as_bytes())
        .bind(user.as_str())
        .bind(request.now);
        let known = known.fetch_optional(self.engine.readers()).await?;
        known.map_or(Ok(Claim::Busy), |row| refused_claim(&row, user))
    }

    async fn extend_claim(&self, user: &UserId, request: &ClaimRequest<'_>) -> Result<()> {
        let extended = sqlx::query(
            "UPDATE public_tokens SET sealed_request = ?, claim_expires_at = ?, \
                state = CASE state WHEN 'declined' THEN 'exchanging' ELSE state END \
             WHERE token_sha256 = ? AND user_id = ? AND state IN ('exchanging', 'retrying', 'declined')",
        )
        .bind(request.sealed_request)
        .bind(request.expires_at)
        .bind(request.public_token.as_bytes())
        .bind(user.as_str());
        self.engine.write(extended, Durability::Synced).await?;
        Ok(())
    }

    async fn interrupted_exchanges(
        &self,
        expired_before: Option<Timestamp>,
    ) -> Result<Vec<InterruptedExchange>> {
        let interrupted = sqlx::query(
            "SELECT user_id, token_sha256, sealed_request FROM public_tokens \
             WHERE claim_expires_at IS NOT NULL AND (?1 IS NULL OR claim_expires_at <= ?1)",
        )
        .bind(expired_before)
        .fetch_all(self.engine.readers())
        .await?;
        let interrupted = interrupted.iter().map(|row| {
            let digest = Digest::from_bytes(row.try_get("token_sha256")?);
            Ok(InterruptedExchange {
                user: UserId::new(row.try_get("user_id")?),
                public_token: digest.ok_or(StoreError::Corrupt("a digest"))?,
                sealed_request: row.try_get("sealed_request")?,
            })
        });
        interrupted.collect()
    }

    async fn decline(&self, user: &UserId, public_token: &Digest) -> Result<()> {
        let declined = sqlx::query(
            "UPDATE public_tokens SET state = 'declined', sealed_request = NULL, claim_expires_at = NULL \
             WHERE token_sha256 = ? AND user_id = ? AND state IN ('exchanging', 'retrying')",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str());
        self.engine.erase(declined, Copies::InLog).await?;
        Ok(())
    }

    async fn is_retried(&self, public_token: &Digest) -> Result<bool> {
        let retried = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens WHERE token_sha256 = ? AND state = 'retrying')",
        );
        let retried = retried.bind(public_token.as_bytes());
        Ok(retried.fetch_one(self.engine.readers()).await?)
    }

    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<bool> {
        let released = sqlx::query(
            "DELETE FROM public_tokens WHERE token_sha256 = ? AND user_id = ? AND state = 'exchanging' \
             RETURNING 1",
        )
        .bind(public_token.as_bytes())
        .bind(user.as_str());
        let released = self.engine.erase(released, Copies::InLog).await?;
        Ok(!released.is_empty())
    }

    async fn mark_lost(&self, token: &LostToken) -> Result<()> {
        let lost = sqlx::query(
            "UPDATE public_tokens SET state = 'lost', sealed_request = NULL, claim_expires_at = NULL, \
                orphan_institution_id = ?, orphan_removable_from = ? \
             WHERE token_sha256 = ? AND user_id = ? AND state <> 'connected'",
        )
        .bind(institution(token))
        .bind(token.removable_from)
        .bind(token.public_token.as_bytes())
        .bind(token.user.as_str());
        self.engine.erase(lost, Copies::InLog).await?;
        Ok(())
    }

    async fn mark_expired(&self, token: &LostToken, now: Timestamp) -> Result<()> {
        let expired = sqlx::query(
            "INSERT OR IGNORE INTO public_tokens \
                (token_sha256, user_id, state, claimed_at, orphan_institution_id, orphan_removable_from) \
             VALUES (?, ?, 'expired', ?, ?, ?)",
        )
        .bind(token.public_token.as_bytes())
        .bind(token.user.as_str())
        .bind(now)
        .bind(institution(token))
        .bind(token.removable_from);
        self.engine.write(expired, Durability::Synced).await?;
        Ok(())
    }

    async fn orphans(&self, now: Timestamp) -> Result<Vec<LostToken>> {
        let tokens = sqlx::query(
            "SELECT user_id, token_sha256, orphan_institution_id, orphan_removable_from FROM public_tokens \
             WHERE orphan_institution_id IS NOT NULL AND orphan_removable_from <= ? ORDER BY user_id",
        );
        let tokens = tokens.bind(now).fetch_all(self.engine.readers()).await?;
        let tokens = tokens.iter().map(|row| {
            let digest = Digest::from_bytes(row.try_get("token_sha256")?);
            let institution: String = row.try_get("orphan_institution_id")?;
            Ok(LostToken {
                user: UserId::new(row.try_get("user_id")?),
                public_token: digest.ok_or(StoreError::Corrupt("a digest"))?,
                orphan_institution: Some(InstitutionId::new(institution)),
                removable_from: row.try_get("orphan_removable_from")?,
            })
        });
        tokens.collect()
    }

    async fn postpone_removal(&self, tokens: &[LostToken], until: Timestamp) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for token in tokens {
            sqlx::query(
                "UPDATE public_tokens SET orphan_removable_from = ? WHERE token_sha256 = ?",
            )
            .bind(until)
            .bind(token.public_token.as_bytes())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }

    async fn orphans_removed(&self, tokens: &[LostToken]) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        for token in tokens {
            sqlx::query(
                "UPDATE public_tokens SET orphan_institution_id = NULL WHERE token_sha256 = ?",
            )
            .bind(token.public_token.as_bytes())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }

    async fn is_settled(&self, public_token: &Digest) -> Result<bool> {
        let settled = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens \
             WHERE token_sha256 = ? AND state IN ('connected', 'lost', 'expired'))",
        );
        let settled = settled.bind(public_token.as_bytes());
        Ok(settled.fetch_one(self.engine.readers()).await?)
    }

    async fn is_exchanging(&self, user: &UserId) -> Result<bool> {
        let exchanging = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM public_tokens WHERE user_id = ? AND claim_expires_at IS NOT NULL)",
        );
        let exchanging = exchanging.bind(user.as_str());
        Ok(exchanging.fetch_one(self.engine.readers()).await?)
    }
}

/// Why a known token could not be claimed.
fn refused_claim(row: &SqliteRow, user: &UserId) -> Result<Claim> {
    if row.try_get::<&str, _>("user_id")? != user.as_str() {
        return Ok(Claim::Foreign);
    }
    Ok(match row.try_get("state")? {
        "connected" => Claim::Connected(ItemId::new(row.try_get::<String, _>("item_id")?)),
        "lost" => Claim::Lost,
        "expired" => Claim::Expired,
        "declined" if !row.try_get::<bool, _>("is_busy")? => Claim::Declined,
        _ => Claim::Busy,
    })
}

fn institution(token: &LostToken) -> Option<&str> {
    token.orphan_institution.as_ref().map(|id| id.as_str())
}
