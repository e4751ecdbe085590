use async_trait::async_trait;
use plaid_types::ItemId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};

use super::Sqlite;
use crate::auth::UserId;
use crate::digest::Digest;
use crate::store::{KeptLinkToken, LinkTokens, Result, StoreError};

#[async_trait]
impl LinkTokens for Sqlite {
    async fn add_link_tokens(&self, tokens: &[KeptLinkToken]) -> Result<()> {
        let mut statement = QueryBuilder::new(
            "INSERT OR IGNORE INTO link_tokens \
                (token_sha256, user_id, item_id, account_selection, sealed, ask_at, settles_at) ",
        );
        statement.push_values(tokens, |mut row, token| {
            row.push_bind(token.digest.as_bytes())
                .push_bind(token.user.as_str())
                .push_bind(token.item.as_ref().map(ItemId::as_str))
                .push_bind(token.account_selection)
                .push_bind(&token.sealed)
                .push_bind(&token.ask_at)
                .push_bind(&token.settles_at);
        });
        self.writer.write_soon(statement.build()).await?;
        Ok(())
    }

    async fn link_token(&self, digest: &Digest) -> Result<Option<KeptLinkToken>> {
        let token = sqlx::query("SELECT * FROM link_tokens WHERE token_sha256 = ?");
        let token = token
            .bind(digest.as_bytes())
            .fetch_optional(&self.readers)
            .await?;
        token.as_ref().map(read).transpose()
    }

    async fn link_tokens_to_ask(&self, now: &str, ask_next: &str) -> Result<Vec<KeptLinkToken>> {
        let mut write = self.writer.begin().await?;
        let tokens = sqlx::query("UPDATE link_tokens SET ask_at = ? WHERE ask_at <= ? RETURNING *");
        let tokens = tokens
            .bind(ask_next)
            .bind(now)
            .fetch_all(&mut *write)
            .await?;
        write.commit().await?;
        tokens.iter().map(read).collect()
    }

    async fn drop_link_token(&self, digest: &Digest) -> Result<()> {
        let mut write = self.writer.begin().await?;
        let dropped = sqlx::query("DELETE FROM link_tokens WHERE token_sha256 = ?");
        dropped.bind(digest.as_bytes()).execute(&mut *write).await?;
        write.commit().await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<KeptLinkToken> {
    let digest = Digest::from_bytes(row.try_get("token_sha256")?);
    let item: Option<String> = row.try_get("item_id")?;
    Ok(KeptLinkToken {
        digest: digest.ok_or(StoreError::Corrupt("a digest"))?,
        user: UserId::new(row.try_get("user_id")?),
        item: item.map(ItemId::new),
        account_selection: row.try_get("account_selection")?,
        sealed: row.try_get("sealed")?,
        ask_at: row.try_get("ask_at")?,
        settles_at: row.try_get("settles_at")?,
    })
}
