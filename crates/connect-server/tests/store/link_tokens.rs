//! Link tokens.

use connect_server::store::{LINK_TOKENS_OF_USER, Store, StoredLinkToken};
use connect_server::{Digest, UserId};
use plaid_types::ItemId;

use crate::database::Database;
use crate::fixtures::{at, user};

fn token(user: &UserId, name: &str, item: Option<&str>, due_at: &str) -> StoredLinkToken {
    StoredLinkToken {
        digest: Digest::of(name),
        user: user.clone(),
        item: item.map(ItemId::new),
        account_selection: item.is_some(),
        sealed: name.as_bytes().to_vec(),
        created_at: at("2025-12"),
        asked: 0,
        due_at: at(due_at),
        expires_at: at("2027-01"),
    }
}

async fn due(store: &dyn Store, due_before: Option<&str>, next: &str) -> Vec<Digest> {
    let due = store.due_link_tokens(due_before.map(at), at(next)).await;
    let due = due.expect("an answer").into_iter();
    due.map(|token| token.digest).collect()
}

pub(crate) async fn a_link_token_is_stored_once(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let first = token(&ada, "first", None, "2026-01");
    let second = token(&ada, "second", Some("item"), "2026-03");
    for token in [&first, &second, &first] {
        store.add_link_token(token).await.expect("an answer");
    }
    let found = store.link_token(&second.digest).await;
    assert_eq!(found.expect("an answer"), Some(second));
    let of = async |user| store.link_tokens_of(user).await.expect("an answer");
    assert_eq!(of(&ada).await.len(), 2);
    assert_eq!(of(&bob).await, []);
}

pub(crate) async fn a_link_token_is_due_again_later(store: &Database) {
    let ada = user(&**store, "ada").await;
    let early = token(&ada, "early", None, "2026-01");
    let late = token(&ada, "late", None, "2026-03");
    for token in [&early, &late] {
        store.add_link_token(token).await.expect("an answer");
    }
    let due = async |before, next| due(&**store, Some(before), next).await;
    assert_eq!(due("2026-02", "2026-05").await, [early.digest]);
    assert_eq!(due("2026-02", "2026-05").await, []);
    assert_eq!(due("2026-04", "2026-09").await, [late.digest]);
    assert_eq!(due("2026-06", "2026-09").await, [early.digest]);
    let found = store.link_token(&early.digest).await.expect("an answer");
    assert_eq!(found.expect("a token").asked, 2);
    let rescheduled = store.reschedule_link_token(&early.digest, at("2026-07"));
    rescheduled.await.expect("an answer");
    assert_eq!(due("2026-08", "2026-09").await, [early.digest]);
    let all = self::due(&**store, None, "2026-09").await;
    assert_eq!(all.len(), 2, "without a time, all are due");
}

pub(crate) async fn a_deleted_link_token_is_gone(store: &Database) {
    let ada = user(&**store, "ada").await;
    let token = token(&ada, "deleted", None, "2026-01");
    store.add_link_token(&token).await.expect("an answer");
    let deleted = store.delete_link_token(&token.digest).await;
    deleted.expect("an answer");
    let found = store.link_token(&token.digest).await;
    assert_eq!(found.expect("an answer"), None);
}

pub(crate) async fn the_newest_link_tokens_of_a_user_are_kept(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let of_bob = token(&bob, "bob's", None, "2026-01");
    store.add_link_token(&of_bob).await.expect("an answer");
    for number in 0..LINK_TOKENS_OF_USER + 5 {
        let token = StoredLinkToken {
            created_at: at("2026-01") + std::time::Duration::from_secs(number as u64),
            ..token(&ada, &format!("number {number}"), None, "2026-01")
        };
        store.add_link_token(&token).await.expect("an answer");
    }
    let kept = store.link_tokens_of(&ada).await.expect("an answer");
    assert_eq!(kept.len(), LINK_TOKENS_OF_USER);
    let is_kept = |name| kept.iter().any(|token| token.digest == Digest::of(name));
    assert!(!is_kept("number 4") && is_kept("number 5"));
    assert_eq!(
        store.link_tokens_of(&bob).await.expect("an answer").len(),
        1
    );
}
