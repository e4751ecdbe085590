//! Job: removes the copies that SQLite keeps of erased rows.
//!
//! SQLite overwrites a row that is erased. But the log still has earlier versions of its page, and a page from which rows were
//! moved to another one still has copies of them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::sleep;

use super::writer::Writer;
use crate::error::chain;
use crate::store::error::Result;

/// How long an erasure waits for others, whose copies are removed with its own.
const DELAY: Duration = Duration::from_secs(10);

/// When the log is tried again, if another process reads from it.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The largest database that is rewritten, in bytes. It takes about a second, in which nobody writes.
const MAX_REWRITE: i64 = 64 << 20;

/// How many times as long as a rewrite took the next one waits: rewrites take at most 2% of the time.
const PAUSE: u32 = 50;

/// Where the copies of erased rows are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Copies {
    /// In the log: enough for a sealed secret that is valid for hours.
    InLog,
    /// In the log and in the database.
    Everywhere,
}

/// The erasures whose copies are not removed yet.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    pending: Mutex<Option<Copies>>,
    scheduled: Notify,
}

impl Erasures {
    /// Schedules the removal of the copies.
    pub(super) fn schedule(&self, copies: Copies) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        *pending = (*pending).max(Some(copies));
        self.scheduled.notify_one();
    }

    /// Removes copies until it is aborted.
    pub(super) async fn run(&self, writer: &Writer) {
        loop {
            self.scheduled.notified().await;
            sleep(DELAY).await;
            let Some(copies) = self.take() else {
                continue;
            };
            let started = Instant::now();
            let rewritten = rewrite(writer, copies).await;
            let pause = started.elapsed() * PAUSE;
            if let Err(error) = rewritten.and(empty_log(writer).await) {
                let cause = chain(&error);
                tracing::error!(cause, "removing copies of erased data failed");
                self.schedule(copies);
            }
            sleep(pause).await;
        }
    }

    /// Removes the copies that are left, as far as no other process reads from the log.
    pub(super) async fn finish(&self, writer: &Writer) -> Result<()> {
        if let Some(copies) = self.take() {
            rewrite(writer, copies).await?;
            writer.empty_log().await?;
        }
        Ok(())
    }

    fn take(&self) -> Option<Copies> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.take()
    }
}

async fn rewrite(writer: &Writer, copies: Copies) -> Result<()> {
    if copies == Copies::Everywhere && writer.size().await? <= MAX_REWRITE {
        writer.rewrite().await?;
    }
    Ok(())
}

async fn empty_log(writer: &Writer) -> Result<()> {
    while !writer.empty_log().await? {
        sleep(RETRY_DELAY).await;
    }
    Ok(())
}
