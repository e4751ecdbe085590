//! Encryption of access tokens and other secrets before they are stored.
//!
//! A sealed value is a version (1 byte), the number of the key (4 bytes), a nonce (24 bytes), and the value encrypted with
//! XChaCha20-Poly1305. The associated data is the row that holds it: a value that was moved to another row cannot be opened.

mod error;
mod key_file;
mod key_id;
mod place;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use plaid_client::AccessToken;
use plaid_types::ItemId;
use zeroize::Zeroizing;

pub use self::error::VaultError;
use self::key_file::Keys;
pub use self::key_file::LockedKeyFile;
pub use self::key_id::KeyId;
pub use self::place::Place;
use crate::store::failures::count_unreadable;
use crate::user::UserId;

const VERSION: u8 = 2;
/// The version with one key, in which only access tokens were bound to their row. It is still opened.
const FIRST_VERSION: u8 = 1;
const NONCE: usize = 24;

/// The text that [`Vault::check`] seals.
const CHECK: &[u8] = b"connect vault";

/// Seals secrets with the newest key, and opens those that any of its keys sealed.
pub struct Vault {
    path: PathBuf,
    keys: RwLock<Ciphers>,
}

struct Ciphers {
    by_id: BTreeMap<KeyId, XChaCha20Poly1305>,
    newest: KeyId,
}

impl Vault {
    /// Reads the key file.
    ///
    /// # Errors
    ///
    /// [`VaultError`] with a sentence that says what to do.
    pub fn open(path: &Path) -> Result<Self, VaultError> {
        let keys = key_file::read(path)?;
        Ok(Self {
            path: path.to_owned(),
            keys: RwLock::new(Ciphers {
                newest: key_file::newest(&keys),
                by_id: ciphers(&keys),
            }),
        })
    }

    /// Creates a key file that only its owner can read. An existing file is used as it is.
    ///
    /// # Errors
    ///
    /// [`VaultError`] if the file cannot be written, or the existing one cannot be used.
    pub fn create(path: &Path) -> Result<Self, VaultError> {
        key_file::create(path)?;
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
        let (id, cipher) = self.newest()?;
        let header = [&[VERSION], &id.to_bytes()[..]].concat();
        let nonce = rand::random::<[u8; NONCE]>();
        let payload = Payload {
            msg: bytes,
            aad: &place.associated_data(&header),
        };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Unsealable)?;
        Ok([&header, &nonce[..], &sealed].concat())
    }

    /// Opens a secret that was sealed for the same row.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownKey`] if neither the vault nor its key file has the key, and [`VaultError::Corrupt`] for anything
    /// else.
    pub fn unseal_bytes(
        &self,
        sealed: &[u8],
        place: &Place,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let opened = self.decrypt(sealed, place);
        opened.inspect_err(|_| count_unreadable())
    }

    fn decrypt(&self, sealed: &[u8], place: &Place) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let id = key_of(sealed).ok_or(VaultError::Corrupt)?;
        let (header, sealed) = sealed.split_at(header_length(sealed));
        let associated_data = match header {
            [FIRST_VERSION] => place.first_associated_data(),
            header => place.associated_data(header),
        };
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else {
            return Err(VaultError::Corrupt);
        };
        let payload = Payload {
            msg: sealed,
            aad: &associated_data,
        };
        let text = self.cipher(id)?.decrypt(&XNonce::from(*nonce), payload);
        Ok(Zeroizing::new(text.map_err(|_| VaultError::Corrupt)?))
    }

    /// Seals a known text, which is stored to identify the newest key.
    ///
    /// # Errors
    ///
    /// See [`seal`](Self::seal).
    pub fn check(&self) -> Result<Vec<u8>, VaultError> {
        self.seal_bytes(CHECK, &Place::KeyCheck)
    }

    /// Succeeds if the vault has the key of this number that sealed this [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// [`VaultError::MissingKey`] or [`VaultError::OtherKey`].
    pub fn verify(&self, id: KeyId, check: &[u8]) -> Result<(), VaultError> {
        let path = || self.path.clone();
        if !self.read().by_id.contains_key(&id) {
            return Err(VaultError::MissingKey { path: path(), id });
        }
        match self.unseal_bytes(check, &Place::KeyCheck) {
            Ok(_) if key_of(check) == Some(id) => Ok(()),
            _ => Err(VaultError::OtherKey { path: path() }),
        }
    }

    /// Returns the number of the key that seals.
    #[must_use]
    pub fn newest_key(&self) -> KeyId {
        self.read().newest
    }

    /// Returns the path of the key file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Uses the keys of another vault from now on.
    pub(crate) fn use_keys_of(&self, other: Self) {
        let keys = other.keys.into_inner();
        let keys = keys.unwrap_or_else(PoisonError::into_inner);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn newest(&self) -> Result<(KeyId, XChaCha20Poly1305), VaultError> {
        let id = self.newest_key();
        Ok((id, self.cipher(id)?))
    }

    /// Returns a key. An unknown one may be new in the key file: then another process uses it already.
    fn cipher(&self, id: KeyId) -> Result<XChaCha20Poly1305, VaultError> {
        let known = |ciphers: &Ciphers| ciphers.by_id.get(&id).cloned();
        if let Some(cipher) = known(&self.read()) {
            return Ok(cipher);
        }
        let in_file = key_file::read(&self.path)?;
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for (id, cipher) in ciphers(&in_file) {
            keys.by_id.entry(id).or_insert(cipher);
        }
        known(&keys).ok_or_else(|| VaultError::UnknownKey {
            path: self.path.clone(),
            id,
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Ciphers> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
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

fn ciphers(keys: &Keys) -> BTreeMap<KeyId, XChaCha20Poly1305> {
    let ciphers = keys.iter();
    ciphers
        .map(|(id, key)| (*id, XChaCha20Poly1305::new((&**key).into())))
        .collect()
}

/// Returns the key that sealed a value; `None` if the value has no header.
fn key_of(sealed: &[u8]) -> Option<KeyId> {
    match sealed.split_first()? {
        (&VERSION, rest) => KeyId::from_bytes(rest.get(..4)?),
        (&FIRST_VERSION, _) => Some(KeyId::FIRST),
        _ => None,
    }
}

fn header_length(sealed: &[u8]) -> usize {
    if sealed.first() == Some(&FIRST_VERSION) {
        1
    } else {
        5
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Digest;

    fn vault() -> Vault {
        let key = Zeroizing::new([7; key_file::KEY]);
        Vault {
            path: "/nowhere/vault.key".into(),
            keys: RwLock::new(Ciphers {
                newest: KeyId::FIRST,
                by_id: ciphers(&Keys::from([(KeyId::FIRST, key)])),
            }),
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
            prop_assert!(vault().unseal(&sealed, &user, &item).is_err());
        }

        #[test]
        fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let opened = vault().unseal(&bytes, &UserId::random(), &ItemId::new("item-1"));
            prop_assert!(opened.is_err());
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
            let sealed = vault()
                .cipher(KeyId::FIRST)
                .unwrap()
                .encrypt(&nonce.into(), payload)
                .unwrap();
            let sealed = [&[1], &nonce[..], &sealed].concat();
            let opened = vault().unseal_bytes(&sealed, &place).unwrap();
            assert_eq!(**opened, *b"secret");
        }
    }

    /// Another process may have added the key.
    #[test]
    fn a_value_of_a_key_that_was_added_to_the_file_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.key");
        let old = Vault::create(&path).unwrap();
        let before = old.seal_bytes(b"before", &Place::KeyCheck).unwrap();
        let added = LockedKeyFile::lock(&path).unwrap().add().unwrap();
        let new = Vault::open(&path).unwrap();
        let after = new.seal_bytes(b"after", &Place::KeyCheck).unwrap();
        assert_eq!(
            (key_of(&before), key_of(&after)),
            (Some(KeyId::FIRST), Some(added))
        );
        for vault in [&old, &new] {
            let open = |sealed| vault.unseal_bytes(sealed, &Place::KeyCheck).unwrap();
            assert_eq!(
                (&**open(&before), &**open(&after)),
                (&b"before"[..], &b"after"[..])
            );
        }
        assert_eq!(
            old.newest_key(),
            KeyId::FIRST,
            "it seals with the key that the database has"
        );
        LockedKeyFile::lock(&path).unwrap().remove_older().unwrap();
        let opened = Vault::open(&path)
            .unwrap()
            .unseal_bytes(&before, &Place::KeyCheck);
        assert!(
            matches!(opened, Err(VaultError::UnknownKey { .. })),
            "{opened:?}"
        );
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
}
