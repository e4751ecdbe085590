//! Transactions and their syncs in SQLite.

use async_trait::async_trait;
use connect_api::Transaction;
use plaid_types::ItemId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Sqlite;
use super::engine::{Copies, Durability};
use crate::clock::Timestamp;
use crate::store::contract::{DueSync, SyncPage, SyncPosition, TransactionFilter, Transactions};
use crate::store::error::Result;
use crate::user::UserId;

/// The query for a page, along the index that fits the filter.
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
/// The account implies its Item: the plus keeps SQLite from using the Item's index.
const OF_ITEM_AND_ACCOUNT: &str = page!("AND +item_id = ? AND account_id = ? ");

macro_rules! upsert {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (item_id, id, user_id, account_id, date, name, amount, \
                iso_currency_code, unofficial_currency_code, pending, category, run) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (item_id, id) DO UPDATE SET account_id = excluded.account_id, \
                date = excluded.date, name = excluded.name, amount = excluded.amount, \
                iso_currency_code = excluded.iso_currency_code, \
                unofficial_currency_code = excluded.unofficial_currency_code, \
                pending = excluded.pending, category = excluded.category"
        )
    };
}

const UPSERT: &str = upsert!("transactions");
const UPSERT_REBUILT: &str = upsert!("rebuilt_transactions");
const DELETE: &str = "DELETE FROM transactions WHERE item_id = ? AND id = ?";
const DELETE_REBUILT: &str = "DELETE FROM rebuilt_transactions WHERE item_id = ? AND id = ?";

const REPLACE_BY_REBUILT: [&str; 3] = [
    "DELETE FROM transactions WHERE item_id = ?",
    "INSERT INTO transactions SELECT * FROM rebuilt_transactions WHERE item_id = ?",
    "DELETE FROM rebuilt_transactions WHERE item_id = ?",
];

/// Deletes what the unfinished run has added, and begins another one.
macro_rules! restart {
    ($cursor:literal, $rebuilding:literal) => {
        concat!(
            "BEGIN IMMEDIATE; \
             DELETE FROM transactions WHERE item_id = ?1 \
                AND run = (SELECT run FROM transaction_syncs WHERE item_id = ?1); \
             DELETE FROM rebuilt_transactions WHERE item_id = ?1; \
             UPDATE transaction_syncs SET first_cursor = NULL, cursor = ",
            $cursor,
            ", rebuilding = ",
            $rebuilding,
            " WHERE item_id = ?1; \
             COMMIT"
        )
    };
}

/// Sorts after every date.
const AFTER_EVERY_DATE: &str = "9999-99-99";

#[async_trait]
impl Transactions for Sqlite {
    async fn schedule_sync(&self, item: &ItemId, at: Timestamp) -> Result<()> {
        let scheduled = sqlx::query(
            "INSERT INTO transaction_syncs (item_id, due_at) \
                SELECT id, ? FROM items WHERE id = ? AND access_token <> x'' \
             ON CONFLICT (item_id) DO UPDATE SET due_at = excluded.due_at",
        );
        let scheduled = scheduled.bind(at).bind(item.as_str());
        self.engine.write(scheduled, Durability::Synced).await?;
        Ok(())
    }

    async fn due_syncs(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueSync>> {
        let due = sqlx::query(
            "UPDATE transaction_syncs SET due_at = ? WHERE item_id IN ( \
                SELECT item_id FROM transaction_syncs WHERE due_at <= ? ORDER BY due_at LIMIT ? \
             ) RETURNING item_id, (SELECT user_id FROM items WHERE id = item_id)",
        )
        .bind(retry_at)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let due = self.engine.write(due, Durability::Synced).await?;
        let due = due.iter().map(|row| {
            Ok(DueSync {
                item: ItemId::new(row.try_get::<String, _>(0)?),
                user: UserId::new(row.try_get(1)?),
                retry_at,
            })
        });
        due.collect()
    }

    async fn sync_position(&self, item: &ItemId) -> Result<Option<SyncPosition>> {
        let position = sqlx::query(
            "SELECT cursor, removals, first_cursor IS NOT NULL, rebuilding FROM transaction_syncs WHERE item_id = ?",
        );
        let position = position.bind(item.as_str());
        let position = position.fetch_optional(self.engine.readers()).await?;
        let position = position.map(|row| {
            Ok(SyncPosition {
                cursor: row.try_get(0)?,
                removals: row.try_get(1)?,
                is_within_run: row.try_get(2)?,
                is_rebuild: row.try_get(3)?,
            })
        });
        position.transpose()
    }

    async fn save_page(&self, user: &UserId, item: &ItemId, page: &SyncPage) -> Result<bool> {
        let mut transaction = self.engine.begin().await?;
        let run: Option<(i64, bool)> = sqlx::query_as(
            "SELECT run, rebuilding FROM transaction_syncs JOIN items ON items.id = item_id \
             WHERE item_id = ? AND cursor = ? AND removals = ? AND user_id = ?",
        )
        .bind(item.as_str())
        .bind(&page.begin.cursor)
        .bind(page.begin.removals)
        .bind(user.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((run, is_rebuild)) = run else {
            return Ok(false);
        };
        let (upsert, delete) = if is_rebuild {
            (UPSERT_REBUILT, DELETE_REBUILT)
        } else {
            (UPSERT, DELETE)
        };
        for updated in &page.updated {
            write(&mut transaction, upsert, user, updated, run).await?;
        }
        for removed in &page.removed {
            sqlx::query(delete)
                .bind(item.as_str())
                .bind(removed.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        if is_rebuild && !page.has_more {
            for sql in REPLACE_BY_REBUILT {
                let replaced = sqlx::query(sql).bind(item.as_str());
                replaced.execute(&mut *transaction).await?;
            }
        }
        let advance = if page.has_more {
            "UPDATE transaction_syncs SET first_cursor = coalesce(first_cursor, cursor), cursor = ? \
             WHERE item_id = ?"
        } else {
            "UPDATE transaction_syncs SET first_cursor = NULL, cursor = ?, run = run + 1, rebuilding = 0 \
             WHERE item_id = ?"
        };
        sqlx::query(advance)
            .bind(&page.next_cursor)
            .bind(item.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if is_rebuild && !page.has_more {
            self.engine.remove_copies(Copies::Everywhere);
        } else if !page.removed.is_empty() {
            self.engine.remove_copies(Copies::InLog);
        }
        Ok(true)
    }

    async fn restart_sync(&self, item: &ItemId) -> Result<()> {
        let restarted = sqlx::query(restart!("coalesce(first_cursor, cursor)", "rebuilding"));
        let restarted = restarted.bind(item.as_str());
        self.engine.erase(restarted, Copies::InLog).await?;
        Ok(())
    }

    async fn rebuild(&self, item: &ItemId) -> Result<()> {
        let restarted = sqlx::query(restart!("''", "1")).bind(item.as_str());
        self.engine.erase(restarted, Copies::InLog).await?;
        Ok(())
    }

    async fn postpone_sync(&self, sync: &DueSync, until: Timestamp) -> Result<()> {
        let postponed =
            sqlx::query("UPDATE transaction_syncs SET due_at = ? WHERE item_id = ? AND due_at = ?");
        let postponed = postponed
            .bind(until)
            .bind(sync.item.as_str())
            .bind(sync.retry_at);
        self.engine.write(postponed, Durability::Synced).await?;
        Ok(())
    }

    async fn finish_sync(&self, sync: &DueSync) -> Result<()> {
        let finished = sqlx::query(
            "UPDATE transaction_syncs SET due_at = NULL WHERE item_id = ? AND due_at = ?",
        );
        let finished = finished.bind(sync.item.as_str()).bind(sync.retry_at);
        self.engine.write(finished, Durability::Synced).await?;
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
            None => (AFTER_EVERY_DATE, ""),
        };
        let page = page
            .bind(date)
            .bind(id)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.engine.readers())
            .await?;
        page.iter().map(read).collect()
    }
}

async fn write(
    transaction: &mut SqliteConnection,
    sql: &'static str,
    user: &UserId,
    updated: &Transaction,
    run: i64,
) -> Result<()> {
    sqlx::query(sql)
        .bind(updated.item_id.as_str())
        .bind(updated.id.as_str())
        .bind(user.as_str())
        .bind(updated.account_id.as_str())
        .bind(&updated.date)
        .bind(&updated.name)
        .bind(updated.amount)
        .bind(&updated.iso_currency_code)
        .bind(&updated.unofficial_currency_code)
        .bind(updated.pending)
        .bind(&updated.category)
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

    /// Its cost does not grow with the data: nothing is sorted and nothing is skipped.
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
            let plan = plan.bind(100).fetch_all(store.engine.readers()).await;
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
