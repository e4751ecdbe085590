//! Public tokens and their claims.

use connect_server::store::{Claim, InterruptedExchange, Store};
use connect_server::{Digest, UserId};
use plaid_types::ItemId;

use crate::database::Database;
use crate::fixtures::{at, claim, claim_request, item, lost, user};

async fn interrupted(store: &dyn Store, expired_before: &str) -> Vec<InterruptedExchange> {
    let interrupted = store.interrupted_exchanges(Some(at(expired_before)));
    interrupted.await.expect("an answer")
}

async fn release(store: &dyn Store, user: &UserId, token: &Digest) -> bool {
    store.release(user, token).await.expect("an answer")
}

pub(crate) async fn a_token_is_claimed_once(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    let claim = async || claim(&**store, &ada, &token, "2026-01", "2026-03").await;
    let is_retried = async || store.is_retried(&token).await.expect("an answer");
    let is_exchanging = async || store.is_exchanging(&ada).await.expect("an answer");
    assert!(!is_exchanging().await && !is_retried().await);
    assert_eq!(claim().await, Claim::Acquired);
    assert!(is_exchanging().await && !is_retried().await);
    assert_eq!(claim().await, Claim::Retried);
    assert!(is_exchanging().await && is_retried().await);
}

pub(crate) async fn a_token_of_another_user_is_foreign(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let token = Digest::of("public-1");
    let claim = async |user| claim(&**store, user, &token, "2026-01", "2026-03").await;
    assert_eq!(claim(&ada).await, Claim::Acquired);
    assert_eq!(claim(&bob).await, Claim::Foreign);
}

pub(crate) async fn only_one_token_of_a_user_is_claimed_at_a_time(store: &Database) {
    let ada = user(&**store, "ada").await;
    let [first, second] = ["public-1", "public-2"].map(Digest::of);
    assert_eq!(
        claim(&**store, &ada, &first, "2026-01", "2026-03").await,
        Claim::Acquired
    );
    for (now, expected) in [("2026-02", Claim::Busy), ("2026-04", Claim::Acquired)] {
        let claimed = claim(&**store, &ada, &second, now, now).await;
        assert_eq!(claimed, expected, "{now}");
    }
}

pub(crate) async fn tokens_of_two_users_are_claimed_together(store: &Database) {
    let (ada, bob, eve) = (
        user(&**store, "ada").await,
        user(&**store, "bob").await,
        user(&**store, "eve").await,
    );
    let [first, second, interrupted] = ["public-1", "public-2", "public-3"].map(Digest::of);
    let claim = async |user, token| claim(&**store, user, token, "2026-02", "2026-03").await;
    let earlier = crate::fixtures::claim(&**store, &ada, &interrupted, "2026-01", "2026-01");
    assert_eq!(earlier.await, Claim::Acquired);
    let claimed = tokio::join!(
        claim(&ada, &first),
        claim(&eve, &first),
        claim(&bob, &second)
    );
    assert_eq!(claimed, (Claim::Acquired, Claim::Foreign, Claim::Acquired));
}

pub(crate) async fn an_expired_claim_is_an_interrupted_exchange(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    claim(&**store, &ada, &token, "2026-01", "2026-03").await;
    assert_eq!(interrupted(&**store, "2026-02").await, []);
    let expected = InterruptedExchange {
        public_token: token,
        user: ada,
        sealed_request: b"request".to_vec(),
    };
    assert_eq!(
        interrupted(&**store, "2026-04").await,
        std::slice::from_ref(&expected)
    );
    let all = store.interrupted_exchanges(None).await;
    assert_eq!(all.expect("an answer"), [expected]);
}

pub(crate) async fn a_retried_claim_is_not_released(store: &Database) {
    let ada = user(&**store, "ada").await;
    let [once, twice] = ["public-1", "public-2"].map(Digest::of);
    for token in [&once, &twice, &twice] {
        claim(&**store, &ada, token, "2026-01", "2026-01").await;
    }
    assert!(release(&**store, &ada, &once).await);
    assert!(!release(&**store, &ada, &once).await, "it is gone");
    assert!(!release(&**store, &ada, &twice).await);
    let again = claim(&**store, &ada, &twice, "2026-01", "2026-01").await;
    assert_eq!(again, Claim::Retried);
}

pub(crate) async fn a_declined_token_is_claimed_after_it_is_extended(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    let claim = async || claim(&**store, &ada, &token, "2026-01", "2026-03").await;
    claim().await;
    store.decline(&ada, &token).await.expect("an answer");
    assert_eq!(claim().await, Claim::Declined);
    assert_eq!(interrupted(&**store, "2026-04").await, []);
    let extended = claim_request(&token, "2026-01", "2026-03");
    store
        .extend_claim(&ada, &extended)
        .await
        .expect("an answer");
    assert_eq!(interrupted(&**store, "2026-04").await.len(), 1);
    assert_eq!(claim().await, Claim::Retried);
}

pub(crate) async fn only_its_user_changes_a_token(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let token = Digest::of("public-1");
    let claim = async || claim(&**store, &ada, &token, "2026-01", "2026-03").await;
    claim().await;
    assert!(!release(&**store, &bob, &token).await);
    store.decline(&bob, &token).await.expect("an answer");
    let by_bob = lost(&bob, &token, None);
    store.mark_lost(&by_bob).await.expect("an answer");
    assert_eq!(claim().await, Claim::Retried);
    store.decline(&ada, &token).await.expect("an answer");
    let extended = claim_request(&token, "2026-01", "2026-03");
    store
        .extend_claim(&bob, &extended)
        .await
        .expect("an answer");
    assert_eq!(claim().await, Claim::Declined);
}

pub(crate) async fn a_lost_token_stays_lost(store: &Database) {
    let (ada, token) = (user(&**store, "ada").await, Digest::of("public-1"));
    claim(&**store, &ada, &token, "2026-01", "2026-03").await;
    let marked = store.mark_lost(&lost(&ada, &token, None)).await;
    marked.expect("an answer");
    let extended = claim_request(&token, "2026-01", "2026-03");
    store
        .extend_claim(&ada, &extended)
        .await
        .expect("an answer");
    store.decline(&ada, &token).await.expect("an answer");
    assert!(!release(&**store, &ada, &token).await);
    assert_eq!(
        claim(&**store, &ada, &token, "2026-01", "2026-03").await,
        Claim::Lost
    );
    assert_eq!(interrupted(&**store, "2026-04").await, []);
    let is_exchanging = store.is_exchanging(&ada).await;
    assert!(!is_exchanging.expect("an answer"));
}

pub(crate) async fn a_connected_token_stays_connected(store: &Database) {
    let (ada, bob) = (user(&**store, "ada").await, user(&**store, "bob").await);
    let token = Digest::of("public-1");
    let claim = async |user| claim(&**store, user, &token, "2026-01", "2026-03").await;
    claim(&ada).await;
    let added = store
        .add_item(&ada, &token, &item("connected"), b"sealed", None)
        .await;
    added.expect("an Item");
    let connected = Claim::Connected(ItemId::new("connected"));
    assert_eq!(claim(&ada).await, connected);
    assert_eq!(claim(&bob).await, Claim::Foreign);

    assert!(!release(&**store, &ada, &token).await);
    store.decline(&ada, &token).await.expect("an answer");
    let lost = lost(&ada, &token, Some("ins_1"));
    store.mark_lost(&lost).await.expect("an answer");
    let expired = store.mark_expired(&lost, at("2026-01")).await;
    expired.expect("an answer");
    let extended = claim_request(&token, "2026-01", "2026-03");
    store
        .extend_claim(&ada, &extended)
        .await
        .expect("an answer");
    assert_eq!(claim(&ada).await, connected);
    assert_eq!(interrupted(&**store, "2026-04").await, []);
    let orphans = store.orphans(at("9999-01")).await;
    assert_eq!(orphans.expect("an answer"), []);
}
