//! The commands `backup` and `restore`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::clock::Timestamp;
use crate::config::Storage;
use crate::store::vault::{Vault, VaultError};
use crate::store::{self, StoreError};

/// Copies the database to a new file, also while a backend uses it. The copy does not contain the vault key.
///
/// # Errors
///
/// [`BackupError`] with a sentence that says what to do.
pub async fn backup(storage: &Storage, to: &Path) -> Result<(), BackupError> {
    let database = store::database_path(&storage.database_url)?;
    fs::metadata(&database).map_err(failed(&database))?;
    let copy = private_file_beside(to)?;
    store::copy_database(&database, copy.path()).await?;
    check(&copy, storage).await?;
    let failed = failed(to);
    copy.as_file().sync_all().map_err(failed)?;
    match copy.persist_noclobber(to) {
        Ok(_) => sync_folder(to),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(BackupError::Exists(to.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

/// Replaces the database by a backup, and returns the new path of the replaced one. With `force`, also one that has content.
///
/// # Errors
///
/// [`BackupError`] with a sentence that says what to do.
pub async fn restore(
    storage: &Storage,
    from: &Path,
    force: bool,
) -> Result<Option<PathBuf>, BackupError> {
    store::close_to_others(from)?;
    let database = store::database_path(&storage.database_url)?;
    let _lock = store::lock_for_restore(&database)?;
    let is_replaced = has_content(&database);
    if is_replaced && !force {
        return Err(BackupError::NotEmpty(database));
    }
    if has_content(&with_suffix(from, "-wal")) {
        return Err(BackupError::NoBackup(from.to_owned()));
    }
    let copy = private_file_beside(&database)?;
    let mut backup = File::open(from).map_err(failed(from))?;
    io::copy(&mut backup, &mut copy.as_file()).map_err(failed(from))?;
    check(&copy, storage).await?;
    store::mark_restored(copy.path()).await?;
    copy.as_file().sync_all().map_err(failed(&database))?;
    let kept = match is_replaced {
        true => Some(keep(&database).await?),
        false => None,
    };
    copy.persist(&database)
        .map_err(|error| failed(&database)(error.error))?;
    sync_folder(&database)?;
    Ok(kept)
}

/// Gives the database that is about to be replaced a second name, so that there is a database at any moment.
async fn keep(database: &Path) -> Result<PathBuf, BackupError> {
    // If it fails for another reason, the database is damaged, and is kept as it is, with its log.
    if let Err(error @ StoreError::InUse) = store::fold_log(database).await {
        return Err(error.into());
    }
    let time = Timestamp::now().to_string().replace(':', "-");
    let kept = with_suffix(database, &format!(".replaced-{time}"));
    fs::hard_link(database, &kept).map_err(failed(&kept))?;
    for suffix in ["-wal", "-shm"] {
        match fs::rename(with_suffix(database, suffix), with_suffix(&kept, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&kept)(error));
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// Checks that a copy is complete, and that the key file has the keys that it needs.
async fn check(copy: &NamedTempFile, storage: &Storage) -> Result<(), BackupError> {
    let keys = store::check_copy(copy.path()).await?;
    if keys.is_empty() {
        return Ok(());
    }
    let vault = Vault::open(&storage.vault_key_file)?;
    for (id, check) in keys {
        vault.verify(id, &check)?;
    }
    Ok(())
}

/// Creates a file that only its owner can read, and that is deleted unless it is given its name.
fn private_file_beside(path: &Path) -> Result<NamedTempFile, BackupError> {
    let mut file = tempfile::Builder::new();
    file.prefix(".connect-");
    file.tempfile_in(folder(path)).map_err(failed(path))
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    let folder = File::open(folder(path));
    folder
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path))
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn failed(path: &Path) -> impl Fn(io::Error) -> BackupError + Copy {
    move |source| BackupError::File {
        path: path.to_owned(),
        source,
    }
}

/// Why a backup is not written or not restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The file of the backup exists.
    #[error("{} exists already: choose another name", .0.display())]
    Exists(PathBuf),
    /// The database that would be replaced has content.
    #[error("{} is not empty: add --force to replace it; it is then kept under another name", .0.display())]
    NotEmpty(PathBuf),
    /// The file is a database in use, or one that was copied by hand.
    #[error("{} has a write-ahead log beside it: only a file that `connect-server backup` wrote is restored", .0.display())]
    NoBackup(PathBuf),
    /// The database, or its copy, cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault key cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file cannot be read or written.
    #[error("{} cannot be read or written: {source}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}
