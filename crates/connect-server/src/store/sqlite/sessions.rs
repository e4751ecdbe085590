use async_trait::async_trait;

use super::Sqlite;
use crate::auth::UserId;
use crate::clock::iso_now;
use crate::digest::Digest;
use crate::store::{Result, Sessions};

#[async_trait]
impl Sessions for Sqlite {
    async fn create_session(&self, session: &Digest, user: &UserId, expires: &str) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query("INSERT OR IGNORE INTO users (id, created_at) VALUES (?, ?)")
            .bind(user.as_str())
            .bind(iso_now())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO sessions (id_sha256, user_id, expires_at) VALUES (?, ?, ?)")
            .bind(session.as_bytes())
            .bind(user.as_str())
            .bind(expires)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn session_user(&self, session: &Digest, now: &str) -> Result<Option<UserId>> {
        let user = sqlx::query_scalar(
            "SELECT user_id FROM sessions WHERE id_sha256 = ? AND expires_at > ?",
        );
        let user: Option<String> = user
            .bind(session.as_bytes())
            .bind(now)
            .fetch_optional(&self.readers)
            .await?;
        Ok(user.map(UserId::new))
    }
}
