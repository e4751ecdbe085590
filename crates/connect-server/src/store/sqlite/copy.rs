//! Copies of a database: for a backup, and back.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::MIGRATIONS;
use super::engine::is_busy;
use crate::store::error::{Result, StoreError};
use crate::store::vault::KeyId;

/// Returns the path of the file that a database URL names.
pub(crate) fn database_path(url: &str) -> Result<PathBuf> {
    super::check_url(url)?;
    let options = SqliteConnectOptions::from_str(url)?;
    Ok(options.get_filename().to_owned())
}

/// Copies the database into an empty file, as it is at one moment. Others may write meanwhile.
pub(crate) async fn copy_database(database: &Path, copy: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = options.read_only(true).connect().await?;
    let copy = copy.to_string_lossy().into_owned();
    let copied = sqlx::query("VACUUM INTO ?").bind(copy);
    copied.execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Checks that a file is an undamaged database of this version or an earlier one, and returns the texts that identify the vault's
/// keys that it needs.
pub(crate) async fn check_copy(copy: &Path) -> Result<Vec<(KeyId, Vec<u8>)>> {
    let options = SqliteConnectOptions::new().filename(copy);
    let options = options.read_only(true).immutable(true);
    let mut connection = options.connect().await?;
    let found = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection);
    let found: Vec<String> = found.await?;
    if found != ["ok"] {
        return Err(StoreError::Damaged(found.join("; ")));
    }
    let applied = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success");
    let applied: Vec<i64> = applied
        .fetch_all(&mut connection)
        .await
        .map_err(|_| StoreError::NotConnect)?;
    if let Some(unknown) = applied
        .into_iter()
        .find(|version| !MIGRATIONS.version_exists(*version))
    {
        return Err(StoreError::Newer(unknown));
    }
    let keys = keys(&mut connection).await?;
    connection.close().await?;
    Ok(keys)
}

/// Makes Plaid be asked about every Item of a restored database: any of them may have changed or ended since the backup.
pub(crate) async fn mark_restored(copy: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(copy);
    let mut connection = options.connect().await?;
    let known = sqlx::query("SELECT 1 FROM pragma_table_info('items') WHERE name = 'checked_at'");
    if known.fetch_optional(&mut connection).await?.is_some() {
        let marked = sqlx::query("UPDATE items SET checked_at = NULL");
        marked.execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}

/// Copies the log of a database into it, and deletes the log. Fails if anyone has the database open.
pub(crate) async fn fold_log(database: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Delete);
    let folded: sqlx::Result<SqliteConnection> = options.connect().await;
    match folded {
        Ok(connection) => Ok(connection.close().await?),
        Err(error) if is_busy(&error) => Err(StoreError::InUse),
        Err(error) => Err(error.into()),
    }
}

/// Returns the number and the check of each key. A database of the first versions has one key.
async fn keys(connection: &mut SqliteConnection) -> Result<Vec<(KeyId, Vec<u8>)>> {
    let table = sqlx::query("SELECT 1 FROM sqlite_schema WHERE name = 'vault_keys'");
    let has_several = table.fetch_optional(&mut *connection).await?.is_some();
    let keys = sqlx::query_as(if has_several {
        "SELECT id, key_check FROM vault_keys"
    } else {
        "SELECT x'00000001', key_check FROM vault"
    });
    let keys: Vec<(Vec<u8>, Vec<u8>)> = keys.fetch_all(connection).await?;
    let keys = keys.into_iter().map(|(id, check)| {
        let id = KeyId::from_bytes(&id).ok_or(StoreError::Corrupt("a key's number"))?;
        Ok((id, check))
    });
    keys.collect()
}
