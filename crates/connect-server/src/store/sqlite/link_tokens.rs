use async_trait::async_trait;
use plaid_types::ItemId;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use crate::auth::UserId;
use crate::digest::Digest;
use crate::store::{KeptLinkToken, LinkTokens, Result, StoreError};

/// A Link token, for [`ADD`].
#[derive(Serialize)]
struct Row<'a> {
    digest: &'a str,
    user: &'a str,
    item: Option<&'a ItemId>,
    account_selection: bool,
    sealed: String,
    ask_at: &'a str,
    settles_at: &'a str,
}

pub(super) const ADD: &str = "\
    INSERT OR IGNORE INTO link_tokens \
        (token_sha256, user_id, item_id, account_selection, sealed, ask_at, settles_at) \
    SELECT unhex(value ->> 'digest'), value ->> 'user', value ->> 'item', value ->> 'account_selection', \
        unhex(value ->> 'sealed'), value ->> 'ask_at', value ->> 'settles_at' \
    FROM jsonb_each(?1)";

#[async_trait]
impl LinkTokens for Sqlite {
    async fn add_link_token(&self, token: &KeptLinkToken) -> Result<()> {
        let digest = hex::encode(token.digest.as_bytes());
        let row = Row {
            digest: &digest,
            user: token.user.as_str(),
            item: token.item.as_ref(),
            account_selection: token.account_selection,
            sealed: hex::encode(&token.sealed),
            ask_at: &token.ask_at,
            settles_at: &token.settles_at,
        };
        self.new_link_tokens.write_soon(&digest, &row).await?;
        Ok(())
    }

    async fn link_tokens_of(&self, user: &UserId) -> Result<Vec<KeptLinkToken>> {
        let tokens = sqlx::query("SELECT * FROM link_tokens WHERE user_id = ?");
        let tokens = tokens.bind(user.as_str()).fetch_all(&self.readers).await?;
        tokens.iter().map(read).collect()
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

    async fn ask_link_token_at(&self, digest: &Digest, at: &str) -> Result<()> {
        let later = sqlx::query("UPDATE link_tokens SET ask_at = ? WHERE token_sha256 = ?");
        let later = later.bind(at).bind(digest.as_bytes());
        self.writer.write_soon(later).await?;
        Ok(())
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
