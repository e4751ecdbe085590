//! The key file of the vault: a line for each key, with its number and the key itself. A file with one key may leave out the number.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::key_id::KeyId;

/// The length of a key, in bytes.
pub(super) const KEY: usize = 32;

/// The largest key file that is read, in bytes.
const MAX_FILE: u64 = 4096;

/// The most keys of a file.
const MAX_KEYS: usize = 16;

/// The keys of a file, oldest first. There is at least one.
pub(super) type Keys = BTreeMap<KeyId, Zeroizing<[u8; KEY]>>;

/// A key file that no other process changes while this value exists.
pub struct LockedKeyFile {
    path: PathBuf,
    keys: Keys,
    _locked: File,
}

impl LockedKeyFile {
    /// Waits until nobody else has the file locked, and reads it. It can be changed.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file cannot be read or locked.
    pub fn lock(path: &Path) -> Result<Self, VaultError> {
        Self::lock_with(path, File::lock)
    }

    /// Waits until nobody changes the file, and reads it.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file cannot be read or locked.
    pub(crate) fn lock_shared(path: &Path) -> Result<Self, VaultError> {
        Self::lock_with(path, File::lock_shared)
    }

    fn lock_with(path: &Path, lock: fn(&File) -> io::Result<()>) -> Result<Self, VaultError> {
        let unreadable = |source| unreadable(path, source);
        // A link stays a link.
        let path = &path.canonicalize().map_err(unreadable)?;
        loop {
            let file = File::open(path).map_err(unreadable)?;
            lock(&file).map_err(unreadable)?;
            let keys = read_open(path, &file)?;
            // While this process waited, another one may have replaced the file.
            if keys == read(path)? {
                return Ok(Self {
                    path: path.clone(),
                    keys,
                    _locked: file,
                });
            }
        }
    }

    /// Returns the number of the newest key.
    #[must_use]
    pub fn newest(&self) -> KeyId {
        newest(&self.keys)
    }

    /// Returns the numbers of the other keys.
    #[must_use]
    pub fn older(&self) -> Vec<KeyId> {
        let newest = self.newest();
        self.keys
            .keys()
            .copied()
            .filter(|id| *id != newest)
            .collect()
    }

    /// Adds a new key. After a crash the file is the old one or the new one.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file has too many keys, or cannot be written.
    pub fn add(mut self) -> Result<KeyId, VaultError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(VaultError::TooManyKeys { path: self.path });
        }
        let id = self.newest().next();
        self.keys.insert(id, new_key());
        self.replace()?;
        Ok(id)
    }

    /// Removes all keys but the newest. After a crash the file is the old one or the new one.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file cannot be written.
    pub fn remove_older(mut self) -> Result<(), VaultError> {
        let newest = self.newest();
        self.keys.retain(|id, _| *id == newest);
        self.replace()
    }

    fn replace(&self) -> Result<(), VaultError> {
        let replaced = || {
            let file = write_new(&self.path, &self.keys)?;
            keep_owner(file.as_file(), &self.path)?;
            file.persist(&self.path)?;
            sync_folder(&self.path)
        };
        replaced().map_err(|source| unwritable(&self.path, source))
    }
}

impl std::fmt::Debug for LockedKeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LockedKeyFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Reads a key file.
pub(super) fn read(path: &Path) -> Result<Keys, VaultError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    read_open(path, &file)
}

/// Creates a key file with one key, unless there is a file already.
pub(super) fn create(path: &Path) -> Result<(), VaultError> {
    let created = || {
        let file = write_new(path, &Keys::from([(KeyId::FIRST, new_key())]))?;
        match file.persist_noclobber(path) {
            // Another process was faster: its key is used.
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            created => created.map(drop).map_err(io::Error::from),
        }?;
        sync_folder(path)
    };
    created().map_err(|source| unwritable(path, source))
}

/// Returns the number of the newest key.
pub(super) fn newest(keys: &Keys) -> KeyId {
    let newest = keys.last_key_value();
    newest.map_or(KeyId::FIRST, |(id, _)| *id)
}

fn new_key() -> Zeroizing<[u8; KEY]> {
    Zeroizing::new(rand::random())
}

fn read_open(path: &Path, file: &File) -> Result<Keys, VaultError> {
    let unreadable = |source| unreadable(path, source);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::TooOpen {
                path: path.into(),
                mode,
            });
        }
    }
    let mut text = Zeroizing::new(String::new());
    let read = file.take(MAX_FILE).read_to_string(&mut text);
    read.map_err(unreadable)?;
    parse(&text).ok_or_else(|| VaultError::NotAKey { path: path.into() })
}

fn parse(text: &str) -> Option<Keys> {
    let mut keys = Keys::new();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    for line in &lines {
        let (id, key) = match line.trim().split_once([' ', '\t']) {
            Some((id, key)) => (KeyId::parse(id)?, key.trim()),
            None if lines.len() == 1 => (KeyId::FIRST, line.trim()),
            None => return None,
        };
        if keys.insert(id, parse_key(key)?).is_some() {
            return None;
        }
    }
    (!keys.is_empty()).then_some(keys)
}

/// Parses 32 bytes in hexadecimal (64 characters) or in Base64 (44).
fn parse_key(text: &str) -> Option<Zeroizing<[u8; KEY]>> {
    let mut key = Zeroizing::new([0; KEY]);
    if text.len() == 2 * KEY && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
    } else {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
        key.copy_from_slice(bytes.get(..).filter(|bytes| bytes.len() == KEY)?);
    }
    Some(key)
}

/// Writes a file beside the key file that only its owner can read.
fn write_new(path: &Path, keys: &Keys) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder(path))?;
    for (id, key) in keys {
        let line = Zeroizing::new(format!("{id} {}\n", BASE64_STANDARD.encode(**key)));
        file.write_all(line.as_bytes())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a file the owner of the key file: the backend may run as another user than the one who changes its keys.
fn keep_owner(file: &File, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let owner = fs::metadata(path)?;
        fchown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    #[cfg(not(unix))]
    let _ = (file, path);
    Ok(())
}

/// Makes a rename in the folder outlive a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn unreadable(path: &Path, source: io::Error) -> VaultError {
    let path = path.into();
    VaultError::Unreadable { path, source }
}

fn unwritable(path: &Path, source: io::Error) -> VaultError {
    let path = path.into();
    VaultError::Unwritable { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_base64_and_hexadecimal() {
        let (hexadecimal, base64) = ("07".repeat(32), BASE64_STANDARD.encode([7; KEY]));
        for text in [&*hexadecimal, &*base64] {
            assert_eq!(parse_key(text).as_deref(), Some(&[7; KEY]), "{text}");
        }
        for text in [
            "",
            "07",
            &"0g".repeat(32),
            &"é".repeat(32),
            &"+7".repeat(32),
            &hexadecimal[1..],
        ] {
            assert_eq!(parse_key(text).as_deref(), None, "{text}");
        }
    }

    #[test]
    fn a_file_has_one_key_or_numbered_keys() {
        let (old, new) = ("07".repeat(32), "08".repeat(32));
        for (text, ids) in [
            (format!("{old}\n"), Some(&[1][..])),
            (format!("1 {old}"), Some(&[1])),
            (format!("3 {new}\n\n2  {old}\n"), Some(&[2, 3])),
            (format!("{old}\n{new}\n"), None),
            (format!("1 {old}\n{new}\n"), None),
            (format!("1 {old}\n1 {new}\n"), None),
            (format!("one {old}\n"), None),
            ("\n".to_owned(), None),
        ] {
            let keys = parse(&text).map(|keys| keys.into_keys().collect());
            let ids: Option<Vec<_>> = ids.map(|ids| {
                ids.iter()
                    .map(|id| KeyId::parse(&id.to_string()).expect("a number"))
                    .collect()
            });
            assert_eq!(keys, ids, "{text}");
        }
    }

    #[test]
    fn a_file_has_a_bounded_number_of_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault.key");
        create(&path).expect("a key");
        for _ in 1..MAX_KEYS {
            LockedKeyFile::lock(&path)
                .and_then(LockedKeyFile::add)
                .expect("a key");
        }
        let refused = LockedKeyFile::lock(&path).and_then(LockedKeyFile::add);
        assert!(matches!(refused, Err(VaultError::TooManyKeys { .. })));
        assert_eq!(read(&path).expect("keys").len(), MAX_KEYS);
    }

    /// Without the lock, two of them would choose the same number.
    #[test]
    fn keys_that_are_added_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault.key");
        create(&path).expect("a key");
        let mut added: Vec<_> = std::thread::scope(|scope| {
            let add = || {
                LockedKeyFile::lock(&path)
                    .and_then(LockedKeyFile::add)
                    .expect("a key")
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
            let added = threads
                .into_iter()
                .map(|thread| thread.join().expect("a key"));
            added.collect()
        });
        added.push(KeyId::FIRST);
        added.sort();
        let kept: Vec<_> = read(&path).expect("keys").into_keys().collect();
        assert_eq!(kept, added);
    }
}
