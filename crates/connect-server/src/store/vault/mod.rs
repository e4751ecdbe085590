//! Encryption of access tokens and other secrets before they are stored.
//!
//! A sealed value is a version (1 byte), a nonce (24 bytes), and the value encrypted with XChaCha20-Poly1305. The associated data
//! is the row that holds it: a value that was moved to another row cannot be opened.

mod error;
mod place;

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use plaid_client::AccessToken;
use plaid_types::ItemId;
use zeroize::Zeroizing;

pub use self::error::VaultError;
pub use self::place::Place;
use crate::user::UserId;

const VERSION: u8 = 2;
/// The version in which only access tokens were bound to their row. It is still opened.
const FIRST_VERSION: u8 = 1;
const NONCE: usize = 24;
const KEY: usize = 32;
/// The largest key file that is read, in bytes.
const MAX_KEY_FILE: u64 = 1024;

/// The text that [`Vault::check`] seals.
const CHECK: &[u8] = b"connect vault";

/// Seals and opens secrets with one key.
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

    /// Creates a key file that only its owner can read. An existing file is used as it is.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file cannot be written, or the existing one cannot be used.
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
    /// [`VaultError::Unsealable`] if the token is too long, far beyond any token of Plaid.
    pub fn seal(
        &self,
        token: &AccessToken,
        user: &UserId,
        item: &ItemId,
    ) -> Result<Vec<u8>, VaultError> {
        self.seal_bytes(token.expose().as_bytes(), &access_token(user, item))
    }

    /// Opens a token that [`seal`](Self::seal) sealed for the same user and Item.
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
        let token = self.unseal_bytes(sealed, &access_token(user, item))?;
        let token = std::str::from_utf8(&token).map_err(|_| VaultError::Corrupt)?;
        Ok(AccessToken::new(token))
    }

    /// Seals a secret for the row that will hold it.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub fn seal_bytes(&self, bytes: &[u8], place: &Place) -> Result<Vec<u8>, VaultError> {
        let nonce = rand::random::<[u8; NONCE]>();
        let payload = Payload {
            msg: bytes,
            aad: &place.associated_data(&[VERSION]),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Unsealable)?;
        Ok([&[VERSION], &nonce[..], &sealed].concat())
    }

    /// Opens a secret that was sealed for the same row.
    ///
    /// # Errors
    ///
    /// [`VaultError::Corrupt`] for anything else.
    pub fn unseal_bytes(
        &self,
        sealed: &[u8],
        place: &Place,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (associated_data, sealed) = match sealed.split_first() {
            Some((&VERSION, sealed)) => (place.associated_data(&[VERSION]), sealed),
            Some((&FIRST_VERSION, sealed)) => (place.first_associated_data(), sealed),
            _ => return Err(VaultError::Corrupt),
        };
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else {
            return Err(VaultError::Corrupt);
        };
        let payload = Payload {
            msg: sealed,
            aad: &associated_data,
        };
        let text = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        Ok(Zeroizing::new(text.map_err(|_| VaultError::Corrupt)?))
    }

    /// Seals a known text, which is stored to identify the key.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub fn check(&self) -> Result<Vec<u8>, VaultError> {
        self.seal_bytes(CHECK, &Place::KeyCheck)
    }

    /// Returns whether a [`check`](Self::check) was sealed with this key.
    #[must_use]
    pub fn sealed(&self, check: &[u8]) -> bool {
        self.unseal_bytes(check, &Place::KeyCheck).is_ok()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

fn access_token(user: &UserId, item: &ItemId) -> Place {
    Place::AccessToken {
        user: user.clone(),
        item: item.clone(),
    }
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

fn write_key(path: &Path, key: &[u8; KEY]) -> io::Result<()> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let mut file = match file.open(path) {
        // Another process was faster: its key is used.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        file => file?,
    };
    let text = Zeroizing::new(BASE64_STANDARD.encode(key) + "\n");
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Digest;

    fn vault() -> Vault {
        Vault {
            cipher: XChaCha20Poly1305::new((&[7; KEY]).into()),
        }
    }

    proptest! {
        #[test]
        fn a_sealed_token_opens_for_its_user_and_item(
            token in ".{0,200}", user in ".{0,40}", item in ".{0,40}",
        ) {
            let (user, item) = (UserId::new(user), ItemId::new(item));
            let sealed = vault().seal(&AccessToken::new(&*token), &user, &item).unwrap();
            let opened = vault().unseal(&sealed, &user, &item).unwrap();
            prop_assert_eq!(opened.expose(), &*token);
        }

        #[test]
        fn a_sealed_token_opens_for_no_other_user_or_item(
            user in "[ab]{0,3}", item in "[ab]{0,3}", other_user in "[ab]{0,3}", other_item in "[ab]{0,3}",
        ) {
            prop_assume!((&user, &item) != (&other_user, &other_item));
            let token = AccessToken::new("access-1");
            let sealed = vault().seal(&token, &UserId::new(user), &ItemId::new(item)).unwrap();
            let opened = vault().unseal(&sealed, &UserId::new(other_user), &ItemId::new(other_item));
            prop_assert!(matches!(opened, Err(VaultError::Corrupt)));
        }

        #[test]
        fn a_flipped_bit_is_detected(at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let (user, item) = (UserId::random(), ItemId::new("item-1"));
            let mut sealed = vault().seal(&AccessToken::new("access-1"), &user, &item).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1u8 << bit;
            prop_assert!(matches!(vault().unseal(&sealed, &user, &item), Err(VaultError::Corrupt)));
        }

        #[test]
        fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let opened = vault().unseal(&bytes, &UserId::random(), &ItemId::new("item-1"));
            prop_assert!(matches!(opened, Err(VaultError::Corrupt)));
        }
    }

    fn places() -> Vec<Place> {
        let mut places = vec![Place::KeyCheck];
        let digests = ["one", "two"].map(Digest::of);
        places.extend(digests.map(|body| Place::Webhook { body }));
        for user in ["ada", "bob"].map(|name| UserId::new(name.to_owned())) {
            for digest in digests {
                let item = ItemId::new(hex::encode(digest.as_bytes()));
                places.push(access_token(&user, &item));
                places.push(Place::Exchange {
                    user: user.clone(),
                    public_token: digest,
                });
                places.push(Place::LinkToken {
                    user: user.clone(),
                    link_token: digest,
                });
            }
        }
        places
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_row_only() {
        for place in places() {
            let sealed = vault().seal_bytes(b"secret", &place).unwrap();
            for other in places() {
                let opened = vault().unseal_bytes(&sealed, &other);
                assert_eq!(opened.is_ok(), other == place, "{place:?} as {other:?}");
            }
        }
    }

    /// Sealed by the first version, with the key of these tests.
    #[test]
    fn values_of_the_first_version_open() {
        for place in places() {
            let nonce = [3; NONCE];
            let payload = Payload {
                msg: b"secret",
                aad: &match &place {
                    Place::AccessToken { user, item } => [
                        b"access token",
                        &(user.as_str().len() as u64).to_be_bytes()[..],
                        user.as_str().as_bytes(),
                        item.as_str().as_bytes(),
                    ]
                    .concat(),
                    Place::Exchange { .. } => b"exchange".to_vec(),
                    Place::LinkToken { .. } => b"Link token".to_vec(),
                    Place::Webhook { .. } => b"webhook".to_vec(),
                    Place::KeyCheck => CHECK.to_vec(),
                },
            };
            let sealed = vault().cipher.encrypt(&nonce.into(), payload).unwrap();
            let sealed = [&[1], &nonce[..], &sealed].concat();
            let opened = vault().unseal_bytes(&sealed, &place).unwrap();
            assert_eq!(**opened, *b"secret");
        }
    }

    #[test]
    fn equal_tokens_are_sealed_differently() {
        let (user, item) = (UserId::random(), ItemId::new("item-1"));
        let seal = || {
            vault()
                .seal(&AccessToken::new("access-1"), &user, &item)
                .unwrap()
        };
        assert_ne!(seal(), seal());
    }

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
}
