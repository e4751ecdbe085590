//! Why the vault fails.

use std::io;
use std::path::PathBuf;

use super::key_id::KeyId;

/// Why the vault or a sealed value cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is missing or unreadable.
    #[error("the vault key file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The path of the key file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The key file cannot be written.
    #[error("the vault key file {} cannot be written: {source}", path.display())]
    Unwritable {
        /// The path of the key file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Other users of the machine can read the key file.
    #[error("the vault key file {} is open to others (mode {mode:03o}): run `chmod 600` on it", path.display())]
    TooOpen {
        /// The path of the key file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error("the vault key file {} does not hold 32 bytes in Base64 or hexadecimal, or several lines with a number and such a key", path.display())]
    NotAKey {
        /// The path of the key file.
        path: PathBuf,
    },
    /// The key file is missing, but the database holds tokens that were sealed with it.
    #[error("the vault key file {} is missing, and the database holds access tokens sealed with it: restore the file", path.display())]
    Missing {
        /// The path of the key file.
        path: PathBuf,
    },
    /// The database was written with another key.
    #[error("the vault key file {} is not the one that the database was written with: restore that one", path.display())]
    OtherKey {
        /// The path of the key file.
        path: PathBuf,
    },
    /// The key file lacks a key that the database uses.
    #[error("the vault key file {} lacks key {id}, which the database uses: restore the file that has it", path.display())]
    MissingKey {
        /// The path of the key file.
        path: PathBuf,
        /// The number of the key.
        id: KeyId,
    },
    /// The key file has too many keys.
    #[error("the vault key file {} has too many keys: run `connect-server vault retire` first", path.display())]
    TooManyKeys {
        /// The path of the key file.
        path: PathBuf,
    },
    /// The key of a sealed value is not in the key file.
    #[error("a sealed value has key {id}, which the vault key file {} lacks: restore the file that has it", path.display())]
    UnknownKey {
        /// The path of the key file.
        path: PathBuf,
        /// The number of the key.
        id: KeyId,
    },
    /// A sealed value is damaged, or belongs to another row.
    #[error("a sealed access token cannot be opened: it is damaged, or was moved")]
    Corrupt,
    /// The value is too long.
    #[error("an access token is too long to be sealed")]
    Unsealable,
}
