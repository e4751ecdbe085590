//! Items and access tokens.

use connect_api::{Item, ItemStatus};
use connect_server::store::{Claim, Repairs, Store, StoreError};
use connect_server::{Digest, UserId};
use plaid_types::{ItemId, PlaidError};
use serde_json::json;

use crate::database::Database;
use crate::fixtures::{add_item, at, claim, item, revoked, user};

async fn find(store: &dyn Store, user: &UserId, id: &str) -> Option<Item> {
    let item = store.item(user, &ItemId::new(id)).await;
    item.expect("an answer")
}

async fn access_token(store: &dyn Store, user: &UserId, id: &str) -> Option<Vec<u8>> {
    let token = store.access_token(user, &ItemId::new(id)).await;
    token.expect("an answer")
}

/// Updates the current version of an Item; the first one if it is not the user's.
async fn update(store: &dyn Store, user: &UserId, item: &Item) -> bool {
    let current = store.versioned_item(user, &item.id).await;
    let version = current.expect("an answer").map_or(0, |item| item.version);
    let updated = store.update_item(user, item, version, &[]).await;
    updated.expect("an answer")
}

pub(crate) async fn items_are_listed_newest_first(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    let old = item("old");
    let new = Item {
        created_at: "2026-01-02T00:00:00.000Z".to_owned(),
        ..item("new")
    };
    for item in [&new, &old] {
        claim(&**store, &ada, &token, "2026-01", "2026-01").await;
        let added = store.add_item(&ada, &token, item, b"sealed", None);
        added.await.expect("an Item");
    }
    assert_eq!(store.items(&ada).await.expect("Items"), [new, old]);
}

pub(crate) async fn an_item_is_saved_with_its_access_token_and_sync(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    claim(&**store, &ada, &token, "2026-01", "2026-01").await;
    let saved = item("saved");
    let added = store.add_item(&ada, &token, &saved, b"sealed", Some(at("2026-01")));
    added.await.expect("an Item");
    assert_eq!(find(&**store, &ada, "saved").await.as_ref(), Some(&saved));
    let sealed = access_token(&**store, &ada, "saved").await;
    assert_eq!(sealed.as_deref(), Some(&b"sealed"[..]));
    assert_eq!(store.owner(&saved.id).await.expect("an answer"), Some(ada));
    let unknown = store.owner(&ItemId::new("unknown")).await;
    assert_eq!(unknown.expect("an answer"), None);
    let due = store.due_syncs(at("2026-02"), at("2026-03"), 10).await;
    let due = due.expect("an answer");
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].item, saved.id);
}

pub(crate) async fn items_of_two_users_are_saved_together(store: &Database) {
    let (ada, bob, eve) = (
        user(&**store, "ada").await,
        user(&**store, "bob").await,
        user(&**store, "eve").await,
    );
    let [first, second, third] = ["public-1", "public-2", "public-3"].map(Digest::of);
    let claim = async |user, token| claim(&**store, user, token, "2026-01", "2026-01").await;
    tokio::join!(
        claim(&ada, &first),
        claim(&bob, &second),
        claim(&eve, &third)
    );
    let [adas, bobs] = ["adas", "bobs"].map(item);
    let added = tokio::join!(
        store.add_item(&ada, &first, &adas, b"sealed-ada", None),
        store.add_item(&bob, &second, &bobs, b"sealed-bob", None),
    );
    assert!(matches!(added, (Ok(()), Ok(()))), "{added:?}");
    for (user, item, sealed) in [(&ada, &adas, b"sealed-ada"), (&bob, &bobs, b"sealed-bob")] {
        let id = item.id.as_str();
        assert_eq!(find(&**store, user, id).await.as_ref(), Some(item));
        let token = access_token(&**store, user, id).await;
        assert_eq!(token.as_deref(), Some(&sealed[..]));
    }
    let connected = |item: &Item| Claim::Connected(item.id.clone());
    assert_eq!(claim(&ada, &first).await, connected(&adas));
    assert_eq!(claim(&bob, &second).await, connected(&bobs));
    assert_eq!(claim(&eve, &third).await, Claim::Retried);

    let renamed = |item: &Item, name: &str| Item {
        institution_name: name.to_owned(),
        ..item.clone()
    };
    let (adas, stolen) = (renamed(&adas, "Ada's bank"), renamed(&bobs, "Eve's bank"));
    let updated = tokio::join!(
        update(&**store, &eve, &stolen),
        update(&**store, &ada, &adas)
    );
    assert_eq!(updated, (false, true));
    let (refused, _) = tokio::join!(
        store.add_item(&eve, &third, &stolen, b"stolen", None),
        update(&**store, &ada, &adas),
    );
    assert!(matches!(refused, Err(StoreError::Foreign)), "{refused:?}");
    for (user, item) in [(&ada, &adas), (&bob, &bobs)] {
        let items = store.items(user).await.expect("Items");
        assert_eq!(items, std::slice::from_ref(item));
    }
}

pub(crate) async fn another_user_cannot_see_or_change_an_item(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let adas = add_item(&**store, &ada, "adas").await;
    assert_eq!(store.items(&bob).await.expect("Items"), []);
    assert_eq!(find(&**store, &bob, "adas").await, None);
    assert_eq!(access_token(&**store, &bob, "adas").await, None);
    assert!(!update(&**store, &bob, &adas).await);
    let removed = store.remove_item(&bob, &adas.id).await;
    assert!(!removed.expect("an answer"));
    let erased = store.erase_access_token(&bob, &adas.id, &revoked()).await;
    erased.expect("an answer");
    let token = Digest::of("public-bob");
    let stolen = store.add_item(&bob, &token, &adas, b"stolen", None).await;
    assert!(matches!(stolen, Err(StoreError::Foreign)), "{stolen:?}");
    let sealed = access_token(&**store, &ada, "adas").await;
    assert_eq!(sealed.as_deref(), Some(&b"adas"[..]));
}

pub(crate) async fn an_item_is_updated(store: &Database) {
    let ada = user(&**store, "ada").await;
    let added = add_item(&**store, &ada, "changed").await;
    let error: PlaidError = serde_json::from_value(json!({
        "error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "error_message": "",
        "display_message": null,
    }))
    .expect("an error");
    for status in [
        ItemStatus::LoginRequired,
        ItemStatus::Failing,
        ItemStatus::Healthy,
    ] {
        let changed = Item {
            status,
            error: Some(error.clone()),
            refreshed_at: None,
            ..added.clone()
        };
        assert!(update(&**store, &ada, &changed).await);
        assert_eq!(find(&**store, &ada, "changed").await, Some(changed));
    }
}

pub(crate) async fn an_item_that_is_added_again_gets_the_new_access_token(store: &Database) {
    let ada = user(&**store, "ada").await;
    let added = add_item(&**store, &ada, "again").await;
    let token = Digest::of("public-second");
    let again = store.add_item(&ada, &token, &added, b"newer", None);
    again.await.expect("an Item");
    assert_eq!(store.items(&ada).await.expect("Items").len(), 1);
    let sealed = access_token(&**store, &ada, "again").await;
    assert_eq!(sealed.as_deref(), Some(&b"newer"[..]));
}

pub(crate) async fn only_the_version_that_was_read_is_updated(store: &Database) {
    let ada = user(&**store, "ada").await;
    let added = add_item(&**store, &ada, "raced").await;
    let version = async || {
        let current = store.versioned_item(&ada, &added.id).await;
        current.expect("an answer").expect("an Item").version
    };
    let renamed = |name: &str| Item {
        institution_name: name.to_owned(),
        ..added.clone()
    };
    let other = store.other_process().await;
    for (removed, kept) in [(&[][..], "first"), (&["a".into()], "second")] {
        let read = version().await;
        for (process, name, expected) in [(&**store, kept, true), (&*other, "late", false)] {
            let updated = process
                .update_item(&ada, &renamed(name), read, removed)
                .await;
            assert_eq!(updated.expect("an answer"), expected, "{name}");
        }
        let stored = find(&**store, &ada, "raced").await;
        assert_eq!(stored, Some(renamed(kept)));
    }
    // A new access token is a change too.
    let before = version().await;
    let token = Digest::of("public-second");
    let again = store.add_item(&ada, &token, &added, b"newer", None).await;
    again.expect("an Item");
    let late = store.update_item(&ada, &renamed("late"), before, &[]).await;
    assert!(!late.expect("an answer"));
}

pub(crate) async fn an_erased_access_token_leaves_the_item_without_its_data(store: &Database) {
    let ada = user(&**store, "ada").await;
    let added = add_item(&**store, &ada, "erased").await;
    let erased = store.erase_access_token(&ada, &added.id, &revoked()).await;
    erased.expect("an answer");
    assert_eq!(access_token(&**store, &ada, "erased").await, None);
    let left = Item {
        accounts: Vec::new(),
        status: ItemStatus::Failing,
        error: Some(revoked()),
        ..added.clone()
    };
    assert_eq!(find(&**store, &ada, "erased").await.as_ref(), Some(&left));
    let current = store.versioned_item(&ada, &added.id).await;
    let current = current.expect("an answer").expect("an Item");
    assert!(!current.has_access_token);
    let restored = store.update_item(&ada, &added, current.version, &[]).await;
    assert!(!restored.expect("an answer"), "its data does not come back");
    assert_eq!(find(&**store, &ada, "erased").await, Some(left));
}

pub(crate) async fn a_removed_item_is_gone(store: &Database) {
    let ada = user(&**store, "ada").await;
    let kept = add_item(&**store, &ada, "kept").await;
    let removed = add_item(&**store, &ada, "removed").await;
    for expected in [true, false] {
        let removed = store.remove_item(&ada, &removed.id).await;
        assert_eq!(removed.expect("an answer"), expected);
    }
    assert_eq!(access_token(&**store, &ada, "removed").await, None);
    assert!(
        !update(&**store, &ada, &removed).await,
        "an update does not restore it"
    );
    assert_eq!(store.items(&ada).await.expect("Items"), [kept]);
}

pub(crate) async fn repairs_are_recorded_in_order(store: &Database) {
    let ada = user(&**store, "ada").await;
    let id = add_item(&**store, &ada, "repaired").await.id;
    let recorded = async || store.repairs(&id).await.expect("an answer");
    assert_eq!(recorded().await, Repairs::default());
    for (time, accounts_selected, repaired_at, accounts_selected_at) in [
        ("2026-02", false, "2026-02", None),
        ("2026-03", true, "2026-03", Some("2026-03")),
        ("2026-04", false, "2026-04", Some("2026-03")),
        ("2026-01", true, "2026-04", Some("2026-03")),
    ] {
        let done = store.record_repair(&id, at(time), accounts_selected);
        done.await.expect("an answer");
        let expected = Repairs {
            repaired_at: Some(at(repaired_at)),
            accounts_selected_at: accounts_selected_at.map(at),
        };
        assert_eq!(recorded().await, expected, "{time}");
    }
    let unknown = store.repairs(&ItemId::new("unknown")).await;
    assert_eq!(unknown.expect("an answer"), Repairs::default());
}

pub(crate) async fn unchecked_items_are_claimed_once(store: &Database) {
    let ada = user(&**store, "ada").await;
    for (name, checked_at) in [("two", "2026-02"), ("one", "2026-01"), ("new", "2026-09")] {
        let id = add_item(&**store, &ada, name).await.id;
        let checked = store.mark_checked(&id, at(checked_at)).await;
        checked.expect("an answer");
    }
    let erased = add_item(&**store, &ada, "erased").await.id;
    let done = store.erase_access_token(&ada, &erased, &revoked()).await;
    done.expect("an answer");
    let claim = async |before, claimed_at, limit| {
        let claimed = store.items_to_check(at(before), at(claimed_at), limit);
        let claimed = claimed.await.expect("an answer").into_iter();
        let claimed = claimed.map(|claimed| {
            assert_eq!(claimed.user, ada);
            claimed.item.to_string()
        });
        claimed.collect::<Vec<_>>()
    };
    assert_eq!(claim("2026-05", "2026-07", 1).await, ["one"]);
    assert_eq!(claim("2026-05", "2026-07", 9).await, ["two"]);
    assert_eq!(claim("2026-06", "2026-07", 9).await, Vec::<String>::new());
    let mut again = claim("2026-08", "2026-10", 9).await;
    again.sort();
    assert_eq!(again, ["one", "two"], "they were not marked as checked");
}
