//! Rows that are written together: what a statement and a commit cost is paid once for all that come while the batch before
//! is under way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use sqlx::Row as _;
use tokio::sync::{mpsc, oneshot};

use super::writer::{Commit, Writer};
use crate::store::{Result, StoreError};

/// So many rows are written at once.
const MOST: usize = 64;

/// SQL for many rows. Its argument is a JSON array with an object for each row; it may return the key of a row that it wrote,
/// and a number for whoever wrote it.
#[derive(Debug)]
pub(super) struct Batches {
    rows: mpsc::Sender<Row>,
    writer: Arc<Writer>,
}

struct Row {
    key: String,
    json: String,
    written: oneshot::Sender<Result<(Option<i64>, Commit)>>,
}

impl Batches {
    /// Takes rows for this SQL, which is one transaction, for as long as this lives.
    pub(super) fn new(writer: &Arc<Writer>, sql: &'static str) -> Self {
        let (rows, incoming) = mpsc::channel(MOST);
        tokio::spawn(run(writer.clone(), sql, incoming));
        Self {
            rows,
            writer: writer.clone(),
        }
    }

    /// Writes a row; what came of it is on the disk then, and outlives a loss of power. Nothing if the SQL left it out.
    pub(super) async fn write(
        &self,
        key: &str,
        row: &(impl Serialize + Sync),
    ) -> Result<Option<i64>> {
        let (number, commit) = self.written(key, row).await?;
        self.writer.reaches_disk(commit).await?;
        Ok(number)
    }

    /// Writes a row; what came of it outlives this process then, a loss of power a moment later. Nothing if the SQL left it
    /// out.
    pub(super) async fn write_soon(
        &self,
        key: &str,
        row: &(impl Serialize + Sync),
    ) -> Result<Option<i64>> {
        let (number, _) = self.written(key, row).await?;
        Ok(number)
    }

    async fn written(
        &self,
        key: &str,
        row: &(impl Serialize + Sync),
    ) -> Result<(Option<i64>, Commit)> {
        let closed = || StoreError::Failed("the database is closed".into());
        let (written, answer) = oneshot::channel();
        let json = serde_json::to_string(row).map_err(|error| StoreError::Failed(error.into()))?;
        let key = key.to_owned();
        let row = Row { key, json, written };
        self.rows.send(row).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn run(writer: Arc<Writer>, sql: &'static str, mut incoming: mpsc::Receiver<Row>) {
    let mut rows = Vec::new();
    while !rows.is_empty() || incoming.recv_many(&mut rows, MOST).await > 0 {
        // Two of one key do not know of each other in one statement.
        let mut keys = HashSet::new();
        let (batch, later) = rows
            .into_iter()
            .partition::<Vec<_>, _>(|row: &Row| keys.insert(row.key.clone()));
        rows = later;
        write(&writer, sql, batch).await;
    }
}

async fn write(writer: &Writer, sql: &'static str, mut batch: Vec<Row>) {
    // Who went away may have been followed by somebody who knows better.
    batch.retain(|row| !row.written.is_closed());
    if batch.is_empty() {
        return;
    }
    match carry_out(writer, sql, &batch).await {
        Ok((mut numbers, commit)) => {
            for row in batch {
                let number = numbers.remove(&row.key);
                // Who does not wait any more is not told.
                let _ = row.written.send(Ok((number, commit)));
            }
        }
        // One that is refused is no harm to the others.
        Err(error) if batch.len() > 1 && is_refusal(&error) => {
            for row in batch {
                Box::pin(write(writer, sql, vec![row])).await;
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for row in batch {
                let _ = row
                    .written
                    .send(Err(StoreError::Failed(error.clone().into())));
            }
        }
    }
}

/// Whether it is a row that the database does not take, and not the database.
fn is_refusal(error: &StoreError) -> bool {
    let StoreError::Failed(cause) = error else {
        return false;
    };
    let refused = cause.downcast_ref::<sqlx::Error>();
    let refused = refused.and_then(sqlx::Error::as_database_error);
    refused.is_some_and(|refused| !matches!(refused.kind(), sqlx::error::ErrorKind::Other))
}

async fn carry_out(
    writer: &Writer,
    sql: &'static str,
    batch: &[Row],
) -> Result<(HashMap<String, i64>, Commit)> {
    let rows: Vec<_> = batch.iter().map(|row| &*row.json).collect();
    let json = format!("[{}]", rows.join(","));
    let (written, commit) = writer.write_soon(sqlx::query(sql).bind(json)).await?;
    let numbers = written.iter().map(|row| {
        let (key, number) = (row.try_get(0)?, row.try_get(1)?);
        Ok((key, number))
    });
    Ok((numbers.collect::<Result<_>>()?, commit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::sqlite::SqliteConnectOptions;
    use tempfile::TempDir;

    use super::*;

    /// Keeps things that are not heavy, and tells how many came together.
    const COUNT: &str = "\
        INSERT INTO things (name, weight) SELECT value ->> 'name', value ->> 'weight' FROM json_each(?1) \
        RETURNING name, json_array_length(?1)";

    /// The same, and tells how often one came.
    const REPEAT: &str = "\
        INSERT INTO things (name, weight) SELECT value ->> 'name', value ->> 'weight' FROM json_each(?1) WHERE TRUE \
        ON CONFLICT DO UPDATE SET times = times + 1 RETURNING name, times";

    async fn batches(folder: &TempDir, sql: &'static str) -> Batches {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("connect.db"))
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let writer = Arc::new(Writer::open(options).await.expect("a database"));
        let table = "CREATE TABLE things \
            (name TEXT PRIMARY KEY, weight INTEGER CHECK (weight < 10), times INTEGER DEFAULT 1)";
        writer.write(sqlx::query(table)).await.expect("a table");
        Batches::new(&writer, sql)
    }

    /// The number of a thing; nothing if it was refused.
    async fn write(batches: &Batches, (name, weight): (&str, u8)) -> Option<Option<i64>> {
        let row = json!({ "name": name, "weight": weight });
        batches.write(name, &row).await.ok()
    }

    async fn three(batches: &Batches, things: [(&str, u8); 3]) -> [Option<Option<i64>>; 3] {
        let [first, second, third] = things.map(|thing| write(batches, thing));
        tokio::join!(first, second, third).into()
    }

    #[tokio::test]
    async fn what_comes_together_is_written_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let batches = batches(&folder, COUNT).await;
        let written = three(&batches, [("a", 1), ("b", 1), ("c", 1)]).await;
        assert_eq!(written, [Some(Some(3)); 3]);
    }

    #[tokio::test]
    async fn one_that_cannot_be_written_is_no_harm_to_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let batches = batches(&folder, COUNT).await;
        let written = three(&batches, [("a", 1), ("b", 10), ("c", 1)]).await;
        assert_eq!(written, [Some(Some(1)), None, Some(Some(1))]);
    }

    #[tokio::test]
    async fn two_of_one_key_see_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let batches = batches(&folder, REPEAT).await;
        let written = three(&batches, [("a", 1), ("b", 1), ("a", 1)]).await;
        assert_eq!(written, [Some(Some(1)), Some(Some(1)), Some(Some(2))]);
    }

    #[tokio::test]
    async fn what_its_writer_left_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let batches = batches(&folder, COUNT).await;
        let busy = batches.writer.begin().await.expect("a transaction");
        // It is on its way to the writer; the next two wait behind it.
        let first = write(&batches, ("a", 1));
        let mut first = std::pin::pin!(first);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        tokio::task::yield_now().await;
        {
            let mut left = std::pin::pin!(write(&batches, ("b", 1)));
            assert!(left.as_mut().poll(&mut context).is_pending());
        }
        drop(busy);
        let third = write(&batches, ("c", 1));
        let (first, third) = tokio::join!(first, third);
        assert_eq!((first, third), (Some(Some(1)), Some(Some(1))));
    }

    #[tokio::test]
    async fn what_is_waited_for_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let batches = batches(&folder, COUNT).await;
        let before = batches.writer.on_disk().await;
        assert_eq!(write(&batches, ("a", 1)).await, Some(Some(1)));
        assert!(batches.writer.on_disk().await > before);
    }
}
