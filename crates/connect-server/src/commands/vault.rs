//! `connect-server vault`: changes the keys of the vault. The backend may run meanwhile.

use std::path::Path;

use time::Duration;

use crate::clock::Timestamp;
use crate::config::{Args, VaultCommand};
use crate::store::vault::{KeyId, LockedKeyFile, VaultError};
use crate::store::{self, Store, StoreError};

/// How long a key must be known before older ones are retired: every backend has adopted it by then, and no exchange lasts longer.
const MIN_AGE: Duration = Duration::minutes(10);

/// Why the keys cannot be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultCommandError {
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file cannot be read or written.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No backend has adopted the newest key.
    #[error("no backend uses key {0} yet: start one, or send SIGHUP to a running one")]
    NotUsed(KeyId),
    /// A backend may not have adopted the newest key.
    #[error("a backend may not use key {id} yet: run this again after {after}")]
    TooNew {
        /// The number of the newest key.
        id: KeyId,
        /// The earliest time for the command.
        after: Timestamp,
    },
    /// Stored values have the key.
    #[error(
        "key {id} is kept, because {values} stored values have it: a running backend re-seals them, and logs those that cannot be opened"
    )]
    InUse {
        /// The number of the key.
        id: KeyId,
        /// How many values have it.
        values: u64,
    },
}

/// Changes the keys, and returns what was done.
pub(super) async fn run(args: &Args, command: VaultCommand) -> Result<String, VaultCommandError> {
    match command {
        VaultCommand::Rotate => rotate(&args.vault_key_file),
        VaultCommand::Retire => {
            let store = store::open(&args.database_url).await?;
            let retired = retire(&args.vault_key_file, &*store).await;
            store.close().await;
            retired
        }
    }
}

fn rotate(path: &Path) -> Result<String, VaultCommandError> {
    let id = LockedKeyFile::lock(path)?.add()?;
    Ok(format!(
        "key {id} is added to {}: back up the file; a running backend uses the key within a minute, or at once after SIGHUP",
        path.display()
    ))
}

/// Removes the older keys from the database, then from the key file: after that no process can store a value that they sealed.
async fn retire(path: &Path, store: &dyn Store) -> Result<String, VaultCommandError> {
    let file = LockedKeyFile::lock(path)?;
    let (newest, older) = (file.newest(), file.older());
    if older.is_empty() {
        return Ok(format!("there is no key but key {newest}"));
    }
    let known = store.vault_keys().await?;
    let known = known.into_iter().find(|key| key.id == newest);
    let after = known.ok_or(VaultCommandError::NotUsed(newest))?.added_at + MIN_AGE;
    if Timestamp::now() < after {
        return Err(VaultCommandError::TooNew { id: newest, after });
    }
    for id in older {
        let values = store.remove_vault_key(id).await?;
        if values > 0 {
            return Err(VaultCommandError::InUse { id, values });
        }
    }
    file.remove_older()?;
    Ok(format!(
        "only key {newest} is left in {}: older backups of the database need older backups of the file",
        path.display()
    ))
}
