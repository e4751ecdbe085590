//! The deletion of rows that are no longer needed, in steps between which others write.

use sqlx::Row as _;

use super::engine::{Copies, Durability, Engine};
use crate::clock::Timestamp;
use crate::store::error::{Result, StoreError};
use crate::user::UserId;

/// Deletes rows of a table that meet a condition: at most [`STEP`] of them.
macro_rules! delete {
    ($table:literal, $key:literal, $condition:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ",
            $key,
            " IN ( \
                SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE ",
            $condition,
            " LIMIT 500 \
             ) RETURNING 1"
        )
    };
}

/// How many rows a step deletes at most.
const STEP: usize = 500;

const SESSIONS: &str = delete!("sessions", "id_sha256", "expires_at <= ?");
const LINK_TOKENS: &str = delete!("link_tokens", "token_sha256", "expires_at <= ?");
const WEBHOOK_KEYS: &str = delete!("webhook_keys", "kid", "fetched_at <= ?");
const WEBHOOKS: &str = delete!("webhooks", "id", "due_at IS NULL AND received_at <= ?");
const PUBLIC_TOKENS: &str = delete!(
    "public_tokens",
    "token_sha256",
    "claimed_at <= ? AND orphan_institution_id IS NULL"
);

/// Whether a user has nothing: nothing is connected or may still be.
macro_rules! idle {
    () => {
        "NOT EXISTS (SELECT 1 FROM items WHERE user_id = users.id) \
         AND NOT EXISTS (SELECT 1 FROM link_tokens WHERE user_id = users.id) \
         AND NOT EXISTS (SELECT 1 FROM public_tokens WHERE user_id = users.id \
            AND (claim_expires_at IS NOT NULL OR orphan_institution_id IS NOT NULL))"
    };
}

const SLICE: &str = concat!(
    "SELECT id, ",
    idle!(),
    " AND created_at <= ? AS is_idle FROM users WHERE id > ? ORDER BY id LIMIT ?"
);
const STILL_IDLE: &str = concat!(
    "SELECT json_group_array(id) FROM users WHERE id IN (SELECT value FROM json_each(?)) AND ",
    idle!()
);

/// Deletes expired sessions and Link tokens, and old webhooks and public tokens.
pub(super) async fn delete_expired(engine: &Engine, now: Timestamp, old: Timestamp) -> Result<()> {
    for (sql, before) in [
        (SESSIONS, now),
        (LINK_TOKENS, now),
        (WEBHOOK_KEYS, old),
        (WEBHOOKS, old),
        (PUBLIC_TOKENS, old),
    ] {
        loop {
            let step = sqlx::query(sql).bind(before);
            let deleted = engine.write(step, Durability::Relaxed).await?.len();
            if deleted > 0 {
                engine.remove_copies(Copies::InLog);
            }
            if deleted < STEP {
                break;
            }
        }
    }
    Ok(())
}

/// Deletes idle users among the next ones after a user, and returns the last of them; `None` at the end.
pub(super) async fn delete_idle_users(
    engine: &Engine,
    created_before: Timestamp,
    after: Option<&UserId>,
    limit: usize,
) -> Result<Option<UserId>> {
    let slice = sqlx::query(SLICE)
        .bind(created_before)
        .bind(after.map_or("", UserId::as_str))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let slice = slice.fetch_all(engine.readers()).await?;
    let mut idle = Vec::new();
    for user in &slice {
        if user.try_get("is_idle")? {
            idle.push(user.try_get::<&str, _>("id")?);
        }
    }
    if !idle.is_empty() {
        delete_users(engine, &idle).await?;
    }
    let last = slice.last().filter(|_| slice.len() == limit);
    let last: Option<String> = last.map(|last| last.try_get("id")).transpose()?;
    Ok(last.map(UserId::new))
}

/// Deletes users with their sessions and ended public tokens, unless something has come of them meanwhile.
async fn delete_users(engine: &Engine, users: &[&str]) -> Result<()> {
    let users = serde_json::to_string(users).map_err(|error| StoreError::Failed(error.into()))?;
    let mut transaction = engine.begin().await?;
    let idle = sqlx::query_scalar(STILL_IDLE).bind(users);
    let idle: String = idle.fetch_one(&mut *transaction).await?;
    for sql in [
        "DELETE FROM sessions WHERE user_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM public_tokens WHERE user_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM users WHERE id IN (SELECT value FROM json_each(?))",
    ] {
        let deleted = sqlx::query(sql).bind(&idle);
        deleted.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    engine.remove_copies(Copies::InLog);
    Ok(())
}
