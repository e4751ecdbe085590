//! Users and sessions in SQLite.

use async_trait::async_trait;

use super::Sqlite;
use super::engine::Durability;
use crate::clock::Timestamp;
use crate::store::contract::Sessions;
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
             INSERT INTO sessions (id_sha256, user_id, expires_at) VALUES (?3, ?1, ?4); \
             COMMIT",
        )
        .bind(user.as_str())
        .bind(Timestamp::now())
        .bind(session.as_bytes())
        .bind(expires_at);
        self.engine.write(created, Durability::Synced).await?;
        Ok(())
    }

    async fn session_user(&self, session: &Digest, now: Timestamp) -> Result<Option<UserId>> {
        let user = sqlx::query_scalar(
            "SELECT user_id FROM sessions WHERE id_sha256 = ? AND expires_at > ?",
        );
        let user: Option<String> = user
            .bind(session.as_bytes())
            .bind(now)
            .fetch_optional(self.engine.readers())
            .await?;
        Ok(user.map(UserId::new))
    }
}
