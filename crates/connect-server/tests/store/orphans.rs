//! Lost and expired public tokens, and the orphaned Items that they leave at Plaid.

use connect_server::Digest;
use connect_server::store::{Claim, LostToken, Store};
use plaid_types::ItemId;

use crate::database::Database;
use crate::fixtures::{at, claim, item, lost, user};

async fn orphans(store: &dyn Store, now: &str) -> Vec<LostToken> {
    store.orphans(at(now)).await.expect("an answer")
}

pub(crate) async fn an_unclaimed_token_expires(store: &Database) {
    let ada = user(&**store, "ada").await;
    let [claimed, unclaimed] = ["public-1", "public-2"].map(Digest::of);
    let is_settled = async |token| store.is_settled(token).await.expect("an answer");
    claim(&**store, &ada, &claimed, "2026-01", "2026-01").await;
    for token in [&claimed, &unclaimed] {
        assert!(!is_settled(token).await);
        let expired = store
            .mark_expired(&lost(&ada, token, None), at("2026-01"))
            .await;
        expired.expect("an answer");
    }
    assert!(!is_settled(&claimed).await, "it is being exchanged");
    assert!(is_settled(&unclaimed).await);
    assert_eq!(
        claim(&**store, &ada, &unclaimed, "2026-01", "2026-01").await,
        Claim::Expired
    );
}

pub(crate) async fn a_lost_or_expired_token_may_have_an_orphan(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let [claimed, unclaimed] = ["public-1", "public-2"].map(Digest::of);
    let hers = lost(&ada, &claimed, Some("ins_1"));
    let his = lost(&bob, &unclaimed, Some("ins_2"));
    claim(&**store, &ada, &claimed, "2026-01", "2026-01").await;
    store.mark_lost(&hers).await.expect("an answer");
    let expired = store.mark_expired(&his, at("2026-01")).await;
    expired.expect("an answer");
    assert_eq!(orphans(&**store, "2026-01").await, [], "too early");
    assert_eq!(
        orphans(&**store, "2026-02").await,
        [hers.clone(), his.clone()]
    );

    let postponed = store.postpone_removal(std::slice::from_ref(&hers), at("2026-03"));
    postponed.await.expect("an answer");
    assert_eq!(
        orphans(&**store, "2026-02").await,
        std::slice::from_ref(&his)
    );
    store.orphans_removed(&[his]).await.expect("an answer");
    let left = orphans(&**store, "2026-03").await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].public_token, claimed);
}

pub(crate) async fn an_item_that_arrives_late_is_no_orphan(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    claim(&**store, &ada, &token, "2026-01", "2026-01").await;
    let marked = store.mark_lost(&lost(&ada, &token, Some("ins_1"))).await;
    marked.expect("an answer");
    let added = store
        .add_item(&ada, &token, &item("late"), b"sealed", None)
        .await;
    added.expect("an Item");
    assert_eq!(orphans(&**store, "2026-03").await, []);
    assert_eq!(
        claim(&**store, &ada, &token, "2026-01", "2026-01").await,
        Claim::Connected(ItemId::new("late"))
    );
}
