//! The keys of the vault, and the values that they have sealed.

use connect_server::store::vault::{KeyId, Place};
use connect_server::store::{
    ClaimRequest, ReceivedWebhook, Replacement, Result, SealedValue, Store, StoredLinkToken,
    VaultKey,
};
use connect_server::{Digest, UserId};
use plaid_types::ItemId;

use crate::database::Database;
use crate::fixtures::{at, item, user};

const OLD: KeyId = KeyId::FIRST;

/// A value that looks as if the key had sealed it.
fn sealed_by(key: KeyId, text: &str) -> Vec<u8> {
    [&[2], &key.to_bytes()[..], text.as_bytes()].concat()
}

fn key(id: KeyId, check: &str) -> VaultKey {
    VaultKey {
        id,
        check: check.as_bytes().to_vec(),
        added_at: at("2026-01"),
    }
}

async fn add_keys(store: &dyn Store, keys: &[KeyId]) {
    for id in keys {
        let added = store.add_vault_key(&key(*id, "check")).await;
        added.expect("an answer");
    }
}

/// Stores a sealed value of one of four kinds.
async fn store_value(
    store: &dyn Store,
    user: &UserId,
    kind: usize,
    sealed: &[u8],
) -> Result<Place> {
    let (digest, user) = (Digest::of("token"), user.clone());
    match kind {
        0 => {
            let item = item("item");
            store.add_item(&user, &digest, &item, sealed, None).await?;
            Ok(Place::AccessToken {
                user,
                item: ItemId::new("item"),
            })
        }
        1 => {
            let request = ClaimRequest {
                public_token: digest,
                sealed_request: sealed,
                now: at("2026-01"),
                expires_at: at("2026-02"),
            };
            store.claim(&user, &request).await?;
            Ok(Place::Exchange {
                user,
                public_token: digest,
            })
        }
        2 => {
            let token = StoredLinkToken {
                digest,
                user: user.clone(),
                item: None,
                account_selection: false,
                sealed: sealed.to_vec(),
                created_at: at("2026-01"),
                asked: 0,
                due_at: at("2026-01"),
                expires_at: at("2026-02"),
            };
            store.add_link_token(&token).await?;
            Ok(Place::LinkToken {
                user,
                link_token: digest,
            })
        }
        _ => {
            let webhook = ReceivedWebhook {
                signature: digest,
                body: digest,
                copies_since: at("2025-12"),
                sealed: sealed.to_vec(),
                received_at: at("2026-01"),
            };
            store.store_webhooks(&[webhook], &[]).await?;
            Ok(Place::Webhook { body: digest })
        }
    }
}

async fn values(store: &dyn Store, newest: KeyId) -> Vec<SealedValue> {
    let values = store.values_of_older_keys(newest, 9).await;
    values.expect("an answer")
}

pub(crate) async fn the_first_key_with_a_number_is_kept(store: &Database) {
    let (first, second) = (key(OLD, "first"), key(OLD.next(), "second"));
    for key in [&second, &first, &key(OLD, "another")] {
        store.add_vault_key(key).await.expect("an answer");
    }
    assert_eq!(store.vault_keys().await.expect("keys"), [first, second]);
}

pub(crate) async fn a_value_of_a_key_that_is_not_listed_is_refused(store: &Database) {
    let ada = user(&**store, "ada").await;
    add_keys(&**store, &[OLD]).await;
    for kind in 0..4 {
        let unknown = sealed_by(OLD.next(), "value");
        let refused = store_value(&**store, &ada, kind, &unknown).await;
        assert!(refused.is_err(), "{kind}");
    }
    for first_version in [sealed_by(OLD, "value"), vec![1, 2, 3]] {
        let stored = store_value(&**store, &ada, 0, &first_version).await;
        stored.expect("an answer");
    }
}

pub(crate) async fn a_key_is_removed_once_no_value_has_it(store: &Database) {
    let ada = user(&**store, "ada").await;
    let new = OLD.next();
    for kind in 0..4 {
        add_keys(&**store, &[OLD, new]).await;
        let sealed = sealed_by(OLD, "value");
        let place = store_value(&**store, &ada, kind, &sealed).await;
        let place = place.expect("an answer");
        let remove = async || store.remove_vault_key(OLD).await.expect("an answer");
        assert_eq!(remove().await, 1, "{place:?}");
        assert_eq!(store.vault_keys().await.expect("keys").len(), 2);
        let replacement = Replacement {
            old: SealedValue { place, sealed },
            new: sealed_by(new, "value"),
        };
        let replaced = store.replace_sealed(&[replacement]).await;
        replaced.expect("an answer");
        assert_eq!(remove().await, 0);
        let left: Vec<_> = store.vault_keys().await.expect("keys");
        assert_eq!(left, [key(new, "check")]);
    }
}

pub(crate) async fn only_unchanged_values_of_older_keys_are_replaced(store: &Database) {
    let ada = user(&**store, "ada").await;
    let new = OLD.next();
    add_keys(&**store, &[OLD, new]).await;
    let mut expected = Vec::new();
    for kind in 0..4 {
        let sealed = sealed_by(OLD, "value");
        let place = store_value(&**store, &ada, kind, &sealed).await;
        let place = place.expect("an answer");
        expected.push(SealedValue { place, sealed });
    }
    assert_eq!(values(&**store, OLD).await, []);
    assert_eq!(values(&**store, new).await, expected);
    assert_eq!(
        store
            .values_of_older_keys(new, 3)
            .await
            .expect("values")
            .len(),
        3
    );
    let replace = async |found: &str, replacement: &str| {
        let replacements = expected.iter().map(|value| Replacement {
            old: SealedValue {
                sealed: sealed_by(OLD, found),
                ..value.clone()
            },
            new: sealed_by(new, replacement),
        });
        let replacements: Vec<_> = replacements.collect();
        let replaced = store.replace_sealed(&replacements).await;
        replaced.expect("an answer");
    };
    replace("changed", "lost").await;
    assert_eq!(values(&**store, new).await, expected, "they have changed");
    replace("value", "replaced").await;
    assert_eq!(
        values(&**store, OLD).await,
        [],
        "a newer key is not replaced"
    );
    assert_eq!(values(&**store, new).await, []);
    let newest = values(&**store, new.next()).await.into_iter();
    let sealed: Vec<_> = newest.map(|value| value.sealed).collect();
    assert_eq!(sealed, vec![sealed_by(new, "replaced"); 4]);
}
