//! Webhooks.

use connect_server::Digest;
use connect_server::store::{PendingWebhook, ReceivedWebhook, Store};
use plaid_client::WebhookKey;

use crate::database::Database;
use crate::fixtures::at;

fn webhook(name: &str) -> ReceivedWebhook {
    ReceivedWebhook {
        signature: Digest::of(name),
        body: Digest::of(format!("body of {name}")),
        copies_since: at("2025-12"),
        sealed: name.as_bytes().to_vec(),
        received_at: at("2026-01"),
    }
}

async fn store_all(store: &dyn Store, received: &[ReceivedWebhook], applied: &[i64]) {
    let stored = store.store_webhooks(received, applied);
    stored.await.expect("an answer");
}

async fn due(store: &dyn Store, now: &str, retry_at: &str, limit: usize) -> Vec<PendingWebhook> {
    let due = store.due_webhooks(at(now), at(retry_at), limit);
    due.await.expect("an answer")
}

fn names(webhooks: &[PendingWebhook]) -> Vec<&str> {
    let names = webhooks.iter();
    names
        .map(|webhook| std::str::from_utf8(&webhook.sealed).expect("a name"))
        .collect()
}

pub(crate) async fn a_copy_is_skipped_while_the_first_waits_to_be_applied(store: &Database) {
    let received = ["one", "two", "one"].map(webhook);
    store_all(&**store, &received, &[]).await;
    store_all(&**store, &received[..1], &[]).await;
    let due = due(&**store, "2026-02", "2026-04", 9).await;
    assert_eq!(names(&due), ["one", "two"]);
}

/// An event of the same second has the same signature.
pub(crate) async fn an_equal_webhook_is_stored_while_the_first_is_applied_and_after(
    store: &Database,
) {
    let receive = async || store_all(&**store, &[webhook("one")], &[]).await;
    let due = async || due(&**store, "2026-02", "2026-04", 99).await;
    receive().await;
    let first = due().await;
    receive().await;
    let second = due().await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first[0].id, second[0].id);
    store_all(&**store, &[], &[first[0].id, second[0].id]).await;
    receive().await;
    assert_eq!(due().await.len(), 1);
}

pub(crate) async fn a_webhook_that_is_sent_again_and_again_is_stored_a_few_times(store: &Database) {
    let mut stored = 0;
    for _ in 0..20 {
        store_all(&**store, &[webhook("one")], &[]).await;
        stored += due(&**store, "2026-02", "2026-04", 99).await.len();
    }
    assert_eq!(stored, 16);
}

pub(crate) async fn a_webhook_is_due_again_until_it_is_applied(store: &Database) {
    let received = ["one", "two", "three"].map(webhook);
    store_all(&**store, &received, &[]).await;
    let due = async |now, retry_at, limit| due(&**store, now, retry_at, limit).await;
    let first = due("2026-02", "2026-04", 2).await;
    assert_eq!(names(&first), ["one", "two"]);
    assert_eq!(names(&due("2026-02", "2026-04", 2).await), ["three"]);
    assert_eq!(due("2026-03", "2026-04", 9).await, []);
    store_all(&**store, &[], &[first[0].id]).await;
    let second = due("2026-05", "2026-06", 9).await;
    assert_eq!(names(&second), ["two", "three"]);
    store_all(&**store, &[], &[second[0].id, second[1].id]).await;
    assert_eq!(due("2026-09", "2026-10", 9).await, []);
}

pub(crate) async fn a_copy_has_the_date_of_the_first_receipt(store: &Database) {
    store_all(&**store, &[webhook("one")], &[]).await;
    let first = due(&**store, "2026-01", "9999-01", 9).await;
    store_all(&**store, &[], &[first[0].id]).await;
    for (signature, received_at, copies_since, first_received_at) in [
        ("a copy", "2026-11", "2025-12", "2026-01"),
        ("too late for a copy", "2026-12", "2026-06", "2026-12"),
    ] {
        let copy = ReceivedWebhook {
            signature: Digest::of(signature),
            copies_since: at(copies_since),
            received_at: at(received_at),
            ..webhook("one")
        };
        store_all(&**store, &[copy], &[]).await;
        let due = due(&**store, received_at, "9999-01", 9).await;
        assert_eq!(
            due[0].first_received_at,
            at(first_received_at),
            "{signature}"
        );
        store_all(&**store, &[], &[due[0].id]).await;
    }
}

pub(crate) async fn a_webhook_key_is_kept_until_it_is_deleted(store: &Database) {
    let key = WebhookKey {
        kid: "key-1".to_owned(),
        x: "x".to_owned(),
        y: "y".to_owned(),
        expired_at: None,
        fetched_at: at("2026-01").into(),
    };
    let renewed = WebhookKey {
        expired_at: Some(at("2026-03").into()),
        fetched_at: at("2026-02").into(),
        ..key.clone()
    };
    for key in [key, renewed] {
        store.save_webhook_key(&key).await.expect("an answer");
        assert_eq!(store.webhook_keys().await.expect("an answer"), [key]);
    }
    store.delete_webhook_key("key-1").await.expect("an answer");
    assert_eq!(store.webhook_keys().await.expect("an answer"), []);
}
