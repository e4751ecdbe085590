use async_trait::async_trait;
use connect_api::Transaction;
use plaid_types::ItemId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Sqlite;
use crate::auth::UserId;
use crate::store::{DueSync, Result, SyncPage, TransactionFilter, Transactions};

/// The statement for a page, along the index that fits the filter.
macro_rules! page {
    ($filter:literal) => {
        concat!(
            "SELECT * FROM transactions WHERE user_id = ? ",
            $filter,
            "AND (date, id) < (?, ?) ORDER BY date DESC, id DESC LIMIT ?"
        )
    };
}

const OF_USER: &str = page!("");
const OF_ITEM: &str = page!("AND item_id = ? ");
const OF_ACCOUNT: &str = page!("AND account_id = ? ");
/// The account finds its Item: the plus keeps the other index out of it.
const OF_ITEM_AND_ACCOUNT: &str = page!("AND +item_id = ? AND account_id = ? ");

/// Greater than every date.
const THE_NEWEST: &str = "9999-99-99";

#[async_trait]
impl Transactions for Sqlite {
    async fn want_sync(&self, item: &ItemId, at: &str) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO transaction_syncs (item_id, sync_at) \
                SELECT id, ? FROM items WHERE id = ? AND access_token <> x'' \
             ON CONFLICT (item_id) DO UPDATE SET sync_at = excluded.sync_at",
        )
        .bind(at)
        .bind(item.as_str())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn syncs_to_do(&self, now: &str, again_at: &str, limit: usize) -> Result<Vec<DueSync>> {
        let mut write = self.writer.begin().await?;
        let due: Vec<(String, String)> = sqlx::query_as(
            "UPDATE transaction_syncs SET sync_at = ? WHERE item_id IN ( \
                SELECT item_id FROM transaction_syncs WHERE sync_at <= ? ORDER BY sync_at LIMIT ? \
             ) RETURNING item_id, (SELECT user_id FROM items WHERE id = item_id)",
        )
        .bind(again_at)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *write)
        .await?;
        write.commit().await?;
        Ok(due
            .into_iter()
            .map(|(item, user)| DueSync {
                item: ItemId::new(item),
                user: UserId::new(user),
                again_at: again_at.to_owned(),
            })
            .collect())
    }

    async fn sync_cursor(&self, item: &ItemId) -> Result<Option<String>> {
        let cursor = sqlx::query_scalar("SELECT cursor FROM transaction_syncs WHERE item_id = ?");
        let cursor = cursor.bind(item.as_str());
        Ok(cursor.fetch_optional(&self.readers).await?)
    }

    async fn keep_page(&self, user: &UserId, item: &ItemId, page: &SyncPage) -> Result<bool> {
        let mut transaction = self.writer.begin().await?;
        let run: Option<i64> = sqlx::query_scalar(
            "SELECT run FROM transaction_syncs JOIN items ON items.id = item_id \
             WHERE item_id = ? AND cursor = ? AND user_id = ?",
        )
        .bind(item.as_str())
        .bind(&page.cursor)
        .bind(user.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(run) = run else {
            return Ok(false);
        };
        for kept in &page.kept {
            keep(&mut transaction, user, kept, run).await?;
        }
        for gone in &page.gone {
            sqlx::query("DELETE FROM transactions WHERE item_id = ? AND id = ?")
                .bind(item.as_str())
                .bind(gone.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        let advance = if page.has_more {
            "UPDATE transaction_syncs SET first_cursor = coalesce(first_cursor, cursor), cursor = ? \
             WHERE item_id = ?"
        } else {
            "UPDATE transaction_syncs SET first_cursor = NULL, cursor = ?, run = run + 1 \
             WHERE item_id = ?"
        };
        sqlx::query(advance)
            .bind(&page.next_cursor)
            .bind(item.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn restart_sync(&self, item: &ItemId) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        for sql in [
            "DELETE FROM transactions WHERE item_id = ?1 \
                AND run = (SELECT run FROM transaction_syncs WHERE item_id = ?1)",
            "UPDATE transaction_syncs SET cursor = coalesce(first_cursor, cursor), first_cursor = NULL \
             WHERE item_id = ?1",
        ] {
            sqlx::query(sql)
                .bind(item.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn sync_done(&self, due: &DueSync) -> Result<()> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "UPDATE transaction_syncs SET sync_at = NULL WHERE item_id = ? AND sync_at = ?",
        )
        .bind(due.item.as_str())
        .bind(&due.again_at)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn transactions(
        &self,
        user: &UserId,
        filter: &TransactionFilter,
        limit: usize,
    ) -> Result<Vec<Transaction>> {
        let sql = match (&filter.item, &filter.account) {
            (None, None) => OF_USER,
            (Some(_), None) => OF_ITEM,
            (None, Some(_)) => OF_ACCOUNT,
            (Some(_), Some(_)) => OF_ITEM_AND_ACCOUNT,
        };
        let mut page = sqlx::query(sql).bind(user.as_str());
        if let Some(item) = &filter.item {
            page = page.bind(item.as_str());
        }
        if let Some(account) = &filter.account {
            page = page.bind(account.as_str());
        }
        let (date, id) = match &filter.before {
            Some((date, id)) => (date.as_str(), id.as_str()),
            None => (THE_NEWEST, ""),
        };
        let page = page
            .bind(date)
            .bind(id)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        page.iter().map(read).collect()
    }
}

async fn keep(
    transaction: &mut SqliteConnection,
    user: &UserId,
    kept: &Transaction,
    run: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO transactions (item_id, id, user_id, account_id, date, name, amount, \
            iso_currency_code, unofficial_currency_code, pending, category, run) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (item_id, id) DO UPDATE SET account_id = excluded.account_id, \
            date = excluded.date, name = excluded.name, amount = excluded.amount, \
            iso_currency_code = excluded.iso_currency_code, \
            unofficial_currency_code = excluded.unofficial_currency_code, \
            pending = excluded.pending, category = excluded.category",
    )
    .bind(kept.item_id.as_str())
    .bind(kept.id.as_str())
    .bind(user.as_str())
    .bind(kept.account_id.as_str())
    .bind(&kept.date)
    .bind(&kept.name)
    .bind(kept.amount)
    .bind(&kept.iso_currency_code)
    .bind(&kept.unofficial_currency_code)
    .bind(kept.pending)
    .bind(&kept.category)
    .bind(run)
    .execute(transaction)
    .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Transaction> {
    Ok(Transaction {
        id: row.try_get::<String, _>("id")?.into(),
        item_id: row.try_get::<String, _>("item_id")?.into(),
        account_id: row.try_get::<String, _>("account_id")?.into(),
        date: row.try_get("date")?,
        name: row.try_get("name")?,
        amount: row.try_get("amount")?,
        iso_currency_code: row.try_get("iso_currency_code")?,
        unofficial_currency_code: row.try_get("unofficial_currency_code")?,
        pending: row.try_get("pending")?,
        category: row.try_get("category")?,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;

    /// Flat as the data grows: a page is a walk along an index, with nothing sorted and nothing skipped.
    #[tokio::test]
    async fn a_page_is_read_along_its_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("connect.db").display());
        let store = Sqlite::open(&url).await.expect("a database");
        for (sql, texts, index) in [
            (
                OF_USER,
                3,
                "transactions_of_user (user_id=? AND (date,id)<(?,?))",
            ),
            (
                OF_ITEM,
                4,
                "transactions_of_item (user_id=? AND item_id=? AND (date,id)<(?,?))",
            ),
            (
                OF_ACCOUNT,
                4,
                "transactions_of_account (user_id=? AND account_id=? AND (date,id)<(?,?))",
            ),
            (
                OF_ITEM_AND_ACCOUNT,
                5,
                "transactions_of_account (user_id=? AND account_id=? AND (date,id)<(?,?))",
            ),
        ] {
            let explain = format!("EXPLAIN QUERY PLAN {sql}");
            let mut plan = sqlx::query(AssertSqlSafe(explain));
            for _ in 0..texts {
                plan = plan.bind("x");
            }
            let plan = plan.bind(100).fetch_all(&store.readers).await;
            let steps: Vec<String> = plan
                .expect("a plan")
                .iter()
                .map(|row| row.get("detail"))
                .collect();
            assert_eq!(
                steps,
                [format!("SEARCH transactions USING INDEX {index}")],
                "{sql}"
            );
        }
    }
}
