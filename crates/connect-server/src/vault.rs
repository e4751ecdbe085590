//! Where access tokens are sealed before they reach the database.
//!
//! A sealed token is one byte of version, 24 bytes of nonce, and XChaCha20-Poly1305 over the token. The associated
//! data names the user and the Item: a ciphertext moved to another row opens for nobody.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use plaid_client::AccessToken;
use plaid_types::ItemId;
use zeroize::Zeroizing;

use crate::auth::UserId;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const KEY: usize = 32;
/// No key file is longer; more is not read.
const MAX_KEY_FILE: u64 = 1024;

/// What is sealed to recognise the key again, see [`Vault::check`].
const CHECK: &[u8] = b"connect vault";

/// Seals and opens access tokens with one key.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl Vault {
    /// Reads the key file.
    ///
    /// # Errors
    ///
    /// [`VaultError`] with a sentence that says what to do.
    pub fn open(path: &Path) -> Result<Self, VaultError> {
        Ok(Self {
            cipher: XChaCha20Poly1305::new((&*read_key(path)?).into()),
        })
    }

    /// Makes a new key file that only its owner may read; an existing one is never touched.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Self, VaultError> {
        let key = Zeroizing::new(rand::random::<[u8; KEY]>());
        write_key(path, &key).map_err(|source| VaultError::Unwritable {
            path: path.into(),
            source,
        })?;
        Self::open(path)
    }

    /// Seals the access token of a user's Item.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsealable`], which no token that Plaid makes comes near.
    pub fn seal(
        &self,
        token: &AccessToken,
        user: &UserId,
        item: &ItemId,
    ) -> Result<Vec<u8>, VaultError> {
        self.encrypt(token.expose().as_bytes(), &owner(user, item))
    }

    /// Opens what [`seal`](Self::seal) made for the same user and Item.
    ///
    /// # Errors
    ///
    /// [`VaultError::Corrupt`] for anything else.
    pub fn unseal(
        &self,
        sealed: &[u8],
        user: &UserId,
        item: &ItemId,
    ) -> Result<AccessToken, VaultError> {
        let token = self.decrypt(sealed, &owner(user, item))?;
        let token = std::str::from_utf8(&token).map_err(|_| VaultError::Corrupt)?;
        Ok(AccessToken::new(token))
    }

    /// Seals anything else that is better not kept in clear; `about` has to be the same to open it.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub fn seal_bytes(&self, bytes: &[u8], about: &str) -> Result<Vec<u8>, VaultError> {
        self.encrypt(bytes, about.as_bytes())
    }

    /// Opens what [`seal_bytes`](Self::seal_bytes) made.
    ///
    /// # Errors
    ///
    /// [`VaultError::Corrupt`] for anything else.
    pub fn unseal_bytes(
        &self,
        sealed: &[u8],
        about: &str,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.decrypt(sealed, about.as_bytes())
    }

    /// A text to keep beside the tokens, by which the key is recognised.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub fn check(&self) -> Result<Vec<u8>, VaultError> {
        self.encrypt(CHECK, CHECK)
    }

    /// Whether a [`check`](Self::check) was made with this key.
    #[must_use]
    pub fn made(&self, check: &[u8]) -> bool {
        self.decrypt(check, CHECK).is_ok()
    }

    fn encrypt(&self, text: &[u8], about: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = rand::random::<[u8; NONCE]>();
        let payload = Payload {
            msg: text,
            aad: about,
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Unsealable)?;
        Ok([&[VERSION], &nonce[..], &sealed].concat())
    }

    fn decrypt(&self, sealed: &[u8], about: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let Some((&VERSION, sealed)) = sealed.split_first() else {
            return Err(VaultError::Corrupt);
        };
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else {
            return Err(VaultError::Corrupt);
        };
        let payload = Payload {
            msg: sealed,
            aad: about,
        };
        let text = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        Ok(Zeroizing::new(text.map_err(|_| VaultError::Corrupt)?))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Whose token it is; the length keeps two pairs from reading alike.
fn owner(user: &UserId, item: &ItemId) -> Vec<u8> {
    let (user, item) = (user.as_str().as_bytes(), item.as_str().as_bytes());
    [
        b"access token",
        &(user.len() as u64).to_be_bytes()[..],
        user,
        item,
    ]
    .concat()
}

fn read_key(path: &Path) -> Result<Zeroizing<[u8; KEY]>, VaultError> {
    let unreadable = |source| VaultError::Unreadable {
        path: path.into(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
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
    file.take(MAX_KEY_FILE)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    parse_key(text.trim()).ok_or_else(|| VaultError::NotAKey { path: path.into() })
}

/// 32 bytes, in hexadecimal (64 characters) or in Base64 (44).
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

fn write_key(path: &Path, key: &[u8; KEY]) -> io::Result<()> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let mut file = match file.open(path) {
        // Another process was first: its key it is.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        file => file?,
    };
    let text = Zeroizing::new(BASE64_STANDARD.encode(key) + "\n");
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Why the vault does not open, or something in it does not.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is missing, or may not be read.
    #[error("the vault key file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The key file cannot be made.
    #[error("the vault key file {} cannot be written: {source}", path.display())]
    Unwritable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others can read the key.
    #[error("the vault key file {} is open to others (mode {mode:03o}): run `chmod 600` on it", path.display())]
    TooOpen {
        /// Where it is.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key file holds something else.
    #[error("the vault key file {} does not hold 32 bytes in Base64 or hexadecimal", path.display())]
    NotAKey {
        /// Where it is.
        path: PathBuf,
    },
    /// The database has tokens, but their key is gone.
    #[error("the vault key file {} is missing, and the database holds access tokens sealed with it: restore the file", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key is another than that of the database.
    #[error("the vault key file {} is not the one that the database was written with: restore that one", path.display())]
    OtherKey {
        /// Where it is.
        path: PathBuf,
    },
    /// A sealed token was damaged, or belongs to another row.
    #[error("a sealed access token cannot be opened: it is damaged, or was moved")]
    Corrupt,
    /// Nothing that Plaid sends.
    #[error("an access token is too long to be sealed")]
    Unsealable,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vault() -> Vault {
        Vault {
            cipher: XChaCha20Poly1305::new((&[7; KEY]).into()),
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_for_the_same_user_and_item(
            token in ".{0,200}", user in ".{0,40}", item in ".{0,40}",
        ) {
            let (user, item) = (UserId::new(user), ItemId::new(item));
            let sealed = vault().seal(&AccessToken::new(&*token), &user, &item).unwrap();
            let opened = vault().unseal(&sealed, &user, &item).unwrap();
            prop_assert_eq!(opened.expose(), &*token);
        }

        #[test]
        fn it_opens_for_nobody_else(
            user in "[ab]{0,3}", item in "[ab]{0,3}", other_user in "[ab]{0,3}", other_item in "[ab]{0,3}",
        ) {
            prop_assume!((&user, &item) != (&other_user, &other_item));
            let token = AccessToken::new("access-1");
            let sealed = vault().seal(&token, &UserId::new(user), &ItemId::new(item)).unwrap();
            let opened = vault().unseal(&sealed, &UserId::new(other_user), &ItemId::new(other_item));
            prop_assert!(matches!(opened, Err(VaultError::Corrupt)));
        }

        #[test]
        fn a_change_of_one_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let (user, item) = (UserId::random(), ItemId::new("item-1"));
            let mut sealed = vault().seal(&AccessToken::new("access-1"), &user, &item).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1u8 << bit;
            prop_assert!(matches!(vault().unseal(&sealed, &user, &item), Err(VaultError::Corrupt)));
        }

        #[test]
        fn bytes_that_nobody_sealed_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let opened = vault().unseal(&bytes, &UserId::random(), &ItemId::new("item-1"));
            prop_assert!(matches!(opened, Err(VaultError::Corrupt)));
        }
    }

    #[test]
    fn the_same_token_never_looks_the_same() {
        let (user, item) = (UserId::random(), ItemId::new("item-1"));
        let seal = || {
            vault()
                .seal(&AccessToken::new("access-1"), &user, &item)
                .unwrap()
        };
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_key_is_read_in_both_spellings() {
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
}
