//! Whether the database can be read and written.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::connect::error_kind;
use super::log::{Commit, Durability};
use super::writer::Writer;
use crate::error::chain;
use crate::store::error::{Result, StoreError, Unready};

/// How long the result of a check is used for further callers.
const MAX_AGE: Duration = Duration::from_secs(3);

/// How long a check may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// SQLite's code for a full disk.
const FULL: u32 = 13;

/// The state of an open database, checked at most once every few seconds.
#[derive(Debug)]
pub(super) struct Health {
    path: PathBuf,
    opened: FileId,
    last: Mutex<Option<Check>>,
}

#[derive(Debug)]
struct Check {
    at: Instant,
    result: std::result::Result<(), Unready>,
    /// The last commit that was on the disk.
    synced: Commit,
}

impl Health {
    /// Remembers which file is open.
    pub(super) fn new(path: &Path) -> Result<Self> {
        let file = fs::metadata(path).map_err(|source| StoreError::Unopenable {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            opened: FileId::of(&file),
            last: Mutex::default(),
        })
    }

    /// Checks that the files are in their places, and that a row can be read, committed and synced.
    pub(super) async fn check(&self, writer: &Writer) -> Result<()> {
        let mut last = self.last.lock().await;
        let fresh = last.as_ref().filter(|last| last.at.elapsed() < MAX_AGE);
        if let Some(fresh) = fresh {
            return Ok(fresh.result?);
        }
        let synced = last.as_ref().map(|last| last.synced);
        let probe = timeout(TIMEOUT, self.probe(writer, synced));
        let (result, synced) = match probe.await {
            Ok(Ok(synced)) => (Ok(()), synced),
            Ok(Err(error)) => {
                tracing::error!(cause = chain(&error), "the database is not ready");
                (Err(reason(&error)), synced.unwrap_or_default())
            }
            Err(_) => (Err(Unready::Busy), synced.unwrap_or_default()),
        };
        *last = Some(Check {
            at: Instant::now(),
            result,
            synced,
        });
        Ok(result?)
    }

    async fn probe(&self, writer: &Writer, before: Option<Commit>) -> Result<Commit> {
        writer.external_version().await?;
        if !self.is_in_place(writer).unwrap_or(false) {
            return Err(Unready::Moved.into());
        }
        let synced = writer.synced().await;
        // A commit since the last check has shown that writes succeed.
        if before.is_some_and(|before| before < synced) {
            return Ok(synced);
        }
        let beat = sqlx::query("UPDATE heartbeat SET beats = beats + 1");
        let (_, commit) = writer.write(beat).await?;
        writer.wait_for(commit, Durability::Synced).await?;
        Ok(writer.synced().await)
    }

    fn is_in_place(&self, writer: &Writer) -> io::Result<bool> {
        let database = FileId::of(&fs::metadata(&self.path)?);
        let log = FileId::of(&fs::metadata(super::log::path(&self.path))?);
        let opened_log = FileId::of(&writer.log_metadata()?);
        Ok(database == self.opened && log == opened_log)
    }
}

fn reason(error: &StoreError) -> Unready {
    match error {
        StoreError::Unready(reason) => *reason,
        StoreError::Closed => Unready::Closed,
        StoreError::DiskFailed | StoreError::NotSynced(_) => Unready::DiskFailed,
        StoreError::Failed(cause) => match cause.downcast_ref().and_then(error_kind) {
            Some(FULL) => Unready::Full,
            _ => Unready::Failed,
        },
        _ => Unready::Failed,
    }
}

/// What tells one file from another, whatever their names.
#[derive(Debug, PartialEq, Eq)]
struct FileId(#[cfg(unix)] u64, #[cfg(unix)] u64);

impl FileId {
    fn of(file: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Self(file.dev(), file.ino())
        }
        #[cfg(not(unix))]
        {
            let _ = file;
            Self()
        }
    }
}
