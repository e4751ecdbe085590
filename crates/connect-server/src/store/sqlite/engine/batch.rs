//! Rows that are written together in one statement and one commit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use sqlx::Row as _;
use tokio::sync::{mpsc, oneshot};

use super::log::Commit;
use super::writer::Writer;
use crate::store::error::{Result, StoreError};

/// The most rows of a batch.
const MAX_ROWS: usize = 64;

/// The rows for one SQL. Those that arrive while a batch is being written form the next batch.
#[derive(Clone, Debug)]
pub(super) struct Batch(mpsc::Sender<Row>);

#[derive(Debug)]
struct Row {
    key: String,
    json: String,
    reply: oneshot::Sender<Result<(Option<i64>, Commit)>>,
}

impl Batch {
    /// Accepts rows for this SQL until the last clone is dropped.
    pub(super) fn new(writer: &Arc<Writer>, sql: &'static str) -> Self {
        let (rows, incoming) = mpsc::channel(MAX_ROWS);
        tokio::spawn(run(writer.clone(), sql, incoming));
        Self(rows)
    }

    /// Writes a row, and returns the number that the SQL gave it; `None` if the SQL skipped the row.
    pub(super) async fn write(
        &self,
        key: &str,
        row: &(impl Serialize + Sync),
    ) -> Result<(Option<i64>, Commit)> {
        let (reply, answer) = oneshot::channel();
        let json = serde_json::to_string(row).map_err(|error| StoreError::Failed(error.into()))?;
        let key = key.to_owned();
        let row = Row { key, json, reply };
        self.0.send(row).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(writer: Arc<Writer>, sql: &'static str, mut incoming: mpsc::Receiver<Row>) {
    let mut rows = Vec::new();
    while !rows.is_empty() || incoming.recv_many(&mut rows, MAX_ROWS).await > 0 {
        // Within one statement, rows with the same key would not see each other.
        let mut keys = HashSet::new();
        let (batch, later) = rows
            .into_iter()
            .partition::<Vec<_>, _>(|row: &Row| keys.insert(row.key.clone()));
        rows = later;
        write(&writer, sql, batch).await;
    }
}

async fn write(writer: &Writer, sql: &'static str, mut batch: Vec<Row>) {
    // A caller that has gone may have been followed by one with newer data.
    batch.retain(|row| !row.reply.is_closed());
    if batch.is_empty() {
        return;
    }
    match execute(writer, sql, &batch).await {
        Ok((mut numbers, commit)) => {
            for row in batch {
                let number = numbers.remove(&row.key);
                let _ = row.reply.send(Ok((number, commit)));
            }
        }
        // One bad row does not fail the others.
        Err(error) if batch.len() > 1 && is_constraint_violation(&error) => {
            for row in batch {
                Box::pin(write(writer, sql, vec![row])).await;
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for row in batch {
                let failed = StoreError::Failed(error.clone().into());
                let _ = row.reply.send(Err(failed));
            }
        }
    }
}

/// Whether the database refused a row, rather than failed.
fn is_constraint_violation(error: &StoreError) -> bool {
    let StoreError::Failed(cause) = error else {
        return false;
    };
    let refused = cause.downcast_ref::<sqlx::Error>();
    let refused = refused.and_then(sqlx::Error::as_database_error);
    refused.is_some_and(|refused| !matches!(refused.kind(), sqlx::error::ErrorKind::Other))
}

async fn execute(
    writer: &Writer,
    sql: &'static str,
    batch: &[Row],
) -> Result<(HashMap<String, i64>, Commit)> {
    let rows: Vec<_> = batch.iter().map(|row| &*row.json).collect();
    let json = format!("[{}]", rows.join(","));
    let (written, commit) = writer.write(sqlx::query(sql).bind(json)).await?;
    let numbers = written.iter().map(|row| {
        let (key, number) = (row.try_get(0)?, row.try_get(1)?);
        Ok((key, number))
    });
    Ok((numbers.collect::<Result<_>>()?, commit))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::json;
    use sqlx::migrate::Migrator;
    use sqlx::sqlite::SqliteConnectOptions;
    use tempfile::TempDir;

    use super::super::log::SyncData;
    use super::*;

    /// Inserts things, and returns how many rows the batch had.
    const COUNT: &str = "\
        INSERT INTO things (name, weight) SELECT value ->> 'name', value ->> 'weight' FROM json_each(?1) \
        RETURNING name, json_array_length(?1)";

    /// Inserts things, and returns how often each was inserted.
    const REPEAT: &str = "\
        INSERT INTO things (name, weight) SELECT value ->> 'name', value ->> 'weight' FROM json_each(?1) WHERE TRUE \
        ON CONFLICT DO UPDATE SET times = times + 1 RETURNING name, times";

    async fn writer(folder: &TempDir) -> Arc<Writer> {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("connect.db"))
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let migrations = Migrator {
            migrations: Cow::Borrowed(&[]),
            ..Migrator::DEFAULT
        };
        let writer = Writer::open(options, &migrations, SyncData::default()).await;
        let writer = Arc::new(writer.expect("a database"));
        let table = "CREATE TABLE things \
            (name TEXT PRIMARY KEY, weight INTEGER CHECK (weight < 10), times INTEGER DEFAULT 1)";
        writer.write(sqlx::query(table)).await.expect("a table");
        writer
    }

    /// Writes a thing, and returns its number; `None` if it was refused.
    async fn write(batch: &Batch, (name, weight): (&str, u8)) -> Option<Option<i64>> {
        let row = json!({ "name": name, "weight": weight });
        let written = batch.write(name, &row).await.ok();
        written.map(|(number, _)| number)
    }

    async fn write_three(batch: &Batch, things: [(&str, u8); 3]) -> [Option<Option<i64>>; 3] {
        let [first, second, third] = things.map(|thing| write(batch, thing));
        tokio::join!(first, second, third).into()
    }

    #[tokio::test]
    async fn rows_that_arrive_together_are_one_batch() {
        let folder = tempfile::tempdir().expect("a folder");
        let batch = Batch::new(&writer(&folder).await, COUNT);
        let written = write_three(&batch, [("a", 1), ("b", 1), ("c", 1)]).await;
        assert_eq!(written, [Some(Some(3)); 3]);
    }

    #[tokio::test]
    async fn a_refused_row_does_not_fail_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let batch = Batch::new(&writer(&folder).await, COUNT);
        let written = write_three(&batch, [("a", 1), ("b", 10), ("c", 1)]).await;
        assert_eq!(written, [Some(Some(1)), None, Some(Some(1))]);
    }

    #[tokio::test]
    async fn rows_with_the_same_key_are_written_in_turn() {
        let folder = tempfile::tempdir().expect("a folder");
        let batch = Batch::new(&writer(&folder).await, REPEAT);
        let written = write_three(&batch, [("a", 1), ("b", 1), ("a", 1)]).await;
        assert_eq!(written, [Some(Some(1)), Some(Some(1)), Some(Some(2))]);
    }

    #[tokio::test]
    async fn a_row_whose_caller_has_gone_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(&folder).await;
        let batch = Batch::new(&writer, COUNT);
        let busy = writer.begin().await.expect("a transaction");
        // The first row reaches the writer; the next two wait behind it.
        let first = write(&batch, ("a", 1));
        let mut first = std::pin::pin!(first);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        tokio::task::yield_now().await;
        {
            let mut abandoned = std::pin::pin!(write(&batch, ("b", 1)));
            assert!(abandoned.as_mut().poll(&mut context).is_pending());
        }
        drop(busy);
        let third = write(&batch, ("c", 1));
        let (first, third) = tokio::join!(first, third);
        assert_eq!((first, third), (Some(Some(1)), Some(Some(1))));
    }
}
