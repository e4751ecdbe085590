//! What is deleted once it is no longer needed.

use connect_server::store::{Claim, ReceivedWebhook, SessionState, StoredLinkToken};
use connect_server::{Digest, UserId};

use crate::database::Database;
use crate::fixtures::{add_item, at, claim, lost, user};

pub(crate) async fn expired_sessions_and_link_tokens_are_deleted(store: &Database) {
    let ada = user(&**store, "ada").await;
    let (short, long) = (Digest::of("short"), Digest::of("ada"));
    let created = store.create_session(&short, &ada, at("2030-01"));
    created.await.expect("a session");
    let token = StoredLinkToken {
        digest: Digest::of("link"),
        user: ada.clone(),
        item: None,
        account_selection: false,
        sealed: Vec::new(),
        created_at: at("2025-12"),
        asked: 0,
        due_at: at("2029-01"),
        expires_at: at("2030-01"),
    };
    store.add_link_token(&token).await.expect("an answer");
    let deleted = store.delete_expired(at("2031-01"), at("2000-01"));
    deleted.await.expect("an answer");
    let state_of = async |session| {
        let state = store.session(session, &ada, at("2001-01")).await;
        state.expect("an answer")
    };
    assert_eq!(state_of(&short).await, SessionState::Ended);
    assert_eq!(state_of(&long).await, SessionState::Active(ada.clone()));
    let found = store.link_token(&token.digest).await;
    assert_eq!(found.expect("an answer"), None);
}

pub(crate) async fn old_public_tokens_are_deleted_unless_they_have_an_orphan(store: &Database) {
    let ada = user(&**store, "ada").await;
    let [claimed, orphaned] = ["public-1", "public-2"].map(Digest::of);
    let claim = async || claim(&**store, &ada, &claimed, "2026-01", "2026-01").await;
    claim().await;
    let orphan = lost(&ada, &orphaned, Some("ins_1"));
    let expired = store.mark_expired(&orphan, at("2026-01"));
    expired.await.expect("an answer");
    for (old, expected) in [("2025-12", Claim::Retried), ("2026-02", Claim::Acquired)] {
        let deleted = store.delete_expired(at("2026-02"), at(old));
        deleted.await.expect("an answer");
        assert_eq!(claim().await, expected, "{old}");
    }
    let orphans = store.orphans(at("2030-01")).await;
    assert_eq!(orphans.expect("an answer"), [orphan]);
}

pub(crate) async fn old_webhooks_are_deleted_once_they_are_applied(store: &Database) {
    let webhook = |name: &str| ReceivedWebhook {
        signature: Digest::of(name),
        body: Digest::of(name),
        copies_since: at("2025-12"),
        sealed: name.as_bytes().to_vec(),
        received_at: at("2026-01"),
    };
    let all = ["applied", "pending"].map(webhook);
    store.store_webhooks(&all, &[]).await.expect("an answer");
    let due = store.due_webhooks(at("2026-01"), at("2026-03"), 9).await;
    let applied = due.expect("an answer")[0].id;
    let marked = store.store_webhooks(&[], &[applied]).await;
    marked.expect("an answer");
    let deleted = store.delete_expired(at("2026-02"), at("2026-02"));
    deleted.await.expect("an answer");
    // A copy has the date of the first one, unless that is deleted.
    let copies = ["applied", "pending"].map(|name| ReceivedWebhook {
        signature: Digest::of(format!("copy of {name}")),
        received_at: at("2026-02"),
        ..webhook(name)
    });
    store.store_webhooks(&copies, &[]).await.expect("an answer");
    let due = store.due_webhooks(at("2026-02"), at("2026-05"), 9).await;
    let due = due.expect("an answer").into_iter();
    let dates: Vec<_> = due.map(|webhook| webhook.first_received_at).collect();
    assert_eq!(dates, [at("2026-02"), at("2026-01")]);
}

/// More than a step deletes.
pub(crate) async fn any_number_of_expired_sessions_is_deleted(store: &Database) {
    let ada = user(&**store, "ada").await;
    let sessions: Vec<_> = (0..1200)
        .map(|number| Digest::of(format!("session-{number}")))
        .collect();
    for session in &sessions {
        let created = store.create_session(session, &ada, at("2030-01"));
        created.await.expect("a session");
    }
    let deleted = store.delete_expired(at("2031-01"), at("2000-01"));
    deleted.await.expect("an answer");
    for session in &sessions {
        let state = store.session(session, &ada, at("2001-01")).await;
        assert_eq!(state.expect("an answer"), SessionState::Ended);
    }
}

/// Each user but `idle` has something of which an Item may come.
pub(crate) async fn users_without_anything_are_deleted(store: &Database) {
    let names = ["claim", "ended", "idle", "item", "link", "orphan"];
    let [claim_user, ended, idle, item_user, link, orphan] = names;
    for name in names {
        let (session, user) = (Digest::of(name), of(name));
        let created = store.create_session(&session, &user, at("9999-01"));
        created.await.expect("a session");
    }
    let public_token = |name| Digest::of(format!("public-{name}"));
    add_item(&**store, &of(item_user), "item").await;
    claim(
        &**store,
        &of(claim_user),
        &public_token(claim_user),
        "2026-01",
        "2026-01",
    )
    .await;
    for (name, institution) in [(ended, None), (orphan, Some("ins_1"))] {
        let token = lost(&of(name), &public_token(name), institution);
        let expired = store.mark_expired(&token, at("2026-01"));
        expired.await.expect("an answer");
    }
    let token = StoredLinkToken {
        digest: Digest::of("link"),
        user: of(link),
        item: None,
        account_selection: false,
        sealed: Vec::new(),
        created_at: at("2026-01"),
        asked: 0,
        due_at: at("2029-01"),
        expires_at: at("2039-01"),
    };
    store.add_link_token(&token).await.expect("an answer");
    let deleted = store.delete_expired(at("2031-01"), at("2000-01"));
    deleted.await.expect("an answer");

    let (past, future) = (at("2000-01"), at("9999-01"));
    let examined = store.delete_idle_users(past, None, 9).await;
    assert_eq!(examined.expect("an answer"), None);
    assert_eq!(store.users().await, names, "all are new");
    let examined = store.delete_idle_users(future, None, 2).await;
    let examined = examined.expect("an answer");
    assert_eq!(examined, Some(of(ended)));
    assert_eq!(
        store.users().await,
        [claim_user, idle, item_user, link, orphan]
    );
    let examined = store.delete_idle_users(future, examined.as_ref(), 9).await;
    assert_eq!(examined.expect("an answer"), None);
    assert_eq!(store.users().await, [claim_user, item_user, link, orphan]);
    let (session, user) = (Digest::of(idle), of(idle));
    let state = store.session(&session, &user, at("2026-01")).await;
    assert_eq!(state.expect("an answer"), SessionState::New);
}

fn of(name: &str) -> UserId {
    UserId::new(name.to_owned())
}
