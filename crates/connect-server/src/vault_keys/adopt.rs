//! The keys of the key file, compared with those that the database uses.

use std::path::Path;

use tokio::task::spawn_blocking;

use crate::clock::Timestamp;
use crate::store::vault::{LockedKeyFile, Vault, VaultError};
use crate::store::{Store, StoreError, VaultKey};

/// Why keys cannot be adopted.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Opens the vault with the keys that the database uses. Only a database without keys may get a new key file.
pub(crate) async fn open_vault(path: &Path, store: &dyn Store) -> Result<Vault, AdoptError> {
    let exists = path.try_exists().map_err(|source| VaultError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if !exists {
        if !store.vault_keys().await?.is_empty() {
            let path = path.to_owned();
            return Err(VaultError::Missing { path }.into());
        }
        Vault::create(path)?;
    }
    read_keys(path, store).await
}

/// Uses the keys of the key file from now on. After an error the keys stay the same.
pub(crate) async fn adopt(vault: &Vault, store: &dyn Store) -> Result<(), AdoptError> {
    let read = read_keys(vault.path(), store).await?;
    if read.newest_key() != vault.newest_key() {
        tracing::info!(key = %read.newest_key(), "a new key of the vault is used");
    }
    vault.use_keys_of(read);
    Ok(())
}

/// Reads the key file, and adds its newest key to the database before anything is sealed with it.
async fn read_keys(path: &Path, store: &dyn Store) -> Result<Vault, AdoptError> {
    let vault = Vault::open(path)?;
    if is_listed(&vault, store).await? {
        return Ok(vault);
    }
    // A key that is removed from the file meanwhile must not be added.
    let locked = path.to_owned();
    let locked = spawn_blocking(move || LockedKeyFile::lock_shared(&locked)).await;
    let _locked = locked.map_err(|panic| StoreError::Failed(panic.into()))??;
    let vault = Vault::open(path)?;
    if !is_listed(&vault, store).await? {
        let key = VaultKey {
            id: vault.newest_key(),
            check: vault.check()?,
            added_at: Timestamp::now(),
        };
        store.add_vault_key(&key).await?;
        // Another process may have added another key with this number.
        is_listed(&vault, store).await?;
    }
    Ok(vault)
}

/// Checks that the vault has the keys of the database, and returns whether its newest one is among them.
async fn is_listed(vault: &Vault, store: &dyn Store) -> Result<bool, AdoptError> {
    let mut is_listed = false;
    for key in store.vault_keys().await? {
        vault.verify(key.id, &key.check)?;
        is_listed |= key.id == vault.newest_key();
    }
    Ok(is_listed)
}
