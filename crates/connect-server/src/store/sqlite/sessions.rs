//! Users and sessions in SQLite.

use async_trait::async_trait;

use super::Sqlite;
use super::engine::Durability;
use crate::clock::Timestamp;
use crate::store::contract::{SessionState, Sessions};
use crate::store::digest::Digest;
use crate::store::error::Result;
use crate::user::UserId;

#[async_trait]
impl Sessions for Sqlite {
    async fn create_session(
        &self,
        session: &Digest,
        user: &UserId,
        expires_at: Timestamp,
    ) -> Result<()> {
        let created = sqlx::query(
            "BEGIN IMMEDIATE; \
             INSERT OR IGNORE INTO users (id, created_at) VALUES (?1, ?2); \
             INSERT OR IGNORE INTO sessions (id_sha256, user_id, expires_at) VALUES (?3, ?1, ?4); \
             COMMIT",
        )
        .bind(user.as_str())
        .bind(Timestamp::now())
        .bind(session.as_bytes())
        .bind(expires_at);
        self.engine.write(created, Durability::Synced).await?;
        Ok(())
    }

    async fn session(
        &self,
        session: &Digest,
        visitor: &UserId,
        now: Timestamp,
    ) -> Result<SessionState> {
        let state = sqlx::query_as(
            "SELECT (SELECT user_id FROM sessions WHERE id_sha256 = ?1 AND expires_at > ?2), \
             EXISTS (SELECT 1 FROM users WHERE id = ?3)",
        );
        let state: (Option<String>, bool) = state
            .bind(session.as_bytes())
            .bind(now)
            .bind(visitor.as_str())
            .fetch_one(self.engine.readers())
            .await?;
        Ok(match state {
            (Some(user), _) => SessionState::Active(UserId::new(user)),
            (None, false) => SessionState::New,
            (None, true) => SessionState::Ended,
        })
    }

    async fn end_session(&self, session: &Digest) -> Result<()> {
        let ended = sqlx::query("DELETE FROM sessions WHERE id_sha256 = ?");
        let ended = ended.bind(session.as_bytes());
        self.engine.write(ended, Durability::Synced).await?;
        Ok(())
    }

    async fn end_sessions(&self, user: &UserId) -> Result<()> {
        let ended = sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.as_str());
        self.engine.write(ended, Durability::Synced).await?;
        Ok(())
    }
}
