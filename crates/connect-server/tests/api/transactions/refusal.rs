//! Syncs that Plaid refuses.

use connect_api::{Item, ItemStatus};
use serde_json::{Value, json};

use super::{SYNC, about_transactions, changes, listed, wait_until_listed};
use crate::harness::{Browser, TestBackend, wait_until};
use crate::stub_plaid::error;

const MUTATED: (&str, &str) = (
    "TRANSACTIONS_ERROR",
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
);
const UNKNOWN_CURSOR: (&str, &str) = ("INVALID_REQUEST", "INVALID_FIELD");

fn refused((kind, code): (&str, &str)) -> (u16, String) {
    (400, error(kind, code).to_string())
}

fn cursors(backend: &TestBackend) -> Vec<String> {
    let calls = backend.plaid.calls(SYNC).into_iter();
    calls
        .map(|call| call["cursor"].as_str().unwrap_or_default().to_owned())
        .collect()
}

async fn announce(backend: &TestBackend) {
    let news = about_transactions("SYNC_UPDATES_AVAILABLE");
    backend.send_webhook(&news).await;
}

/// What is shown changes only when the new run is complete.
#[tokio::test]
async fn a_refused_cursor_begins_again() {
    for refusal in [UNKNOWN_CURSOR, MUTATED] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let old = [("t1", "2026-11-01"), ("t2", "2026-11-02")];
        let first = changes("kept", false, &old, &[]);
        backend.plaid.respond_in_turn(SYNC, [first]);
        browser.connect_item("public-1").await;
        wait_until_listed(&browser, &["t2", "t1"]).await;
        backend.wait_until_synced().await;

        let new = changes("new-1", true, &[("t3", "2026-11-03")], &[]);
        let down = (500, "<html>".to_owned());
        backend
            .plaid
            .respond_in_turn(SYNC, [refused(refusal), new, down]);
        announce(&backend).await;
        wait_until(async || cursors(&backend).len() == 4).await;
        assert_eq!(listed(&browser, "").await, ["t2", "t1"], "{refusal:?}");

        let (_, initial) = changes("new-2", false, &[], &[]);
        let initial = initial.replace("HISTORICAL_UPDATE_COMPLETE", "INITIAL_UPDATE_COMPLETE");
        backend.plaid.respond_in_turn(SYNC, [(200, initial)]);
        announce(&backend).await;
        wait_until(async || cursors(&backend).len() == 5).await;
        assert_eq!(listed(&browser, "").await, ["t2", "t1"], "{refusal:?}");

        let rest = changes("new-3", false, &[("t2", "2026-11-02")], &[]);
        backend.plaid.respond_in_turn(SYNC, [rest]);
        announce(&backend).await;
        wait_until_listed(&browser, &["t3", "t2"]).await;
        backend.wait_until_synced().await;
        assert_eq!(
            cursors(&backend),
            ["", "kept", "", "new-1", "new-1", "new-2"]
        );
        assert_eq!(browser.items().await[0].status, ItemStatus::Healthy);
    }
}

/// It is not repeated without end.
#[tokio::test]
async fn a_cursor_that_is_always_refused_is_shown() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let first = changes("c", true, &[("t1", "2026-11-01")], &[]);
    let pairs = (0..20).flat_map(|_| [first.clone(), refused(UNKNOWN_CURSOR)]);
    backend.plaid.respond_in_turn(SYNC, pairs);
    browser.connect_item("public-1").await;
    backend.wait_until_sync_is_postponed().await;
    assert_eq!(cursors(&backend).len(), 12, "five times again");
    assert_eq!(browser.items().await[0].status, ItemStatus::Failing);
}

/// The Item itself works, so that only its transactions tell when they can be fetched again.
#[tokio::test]
async fn a_refusal_of_transactions_is_shown_until_they_are_fetched() {
    for (kind, code) in [
        ("INVALID_INPUT", "INVALID_API_KEYS"),
        ("ITEM_ERROR", "PRODUCTS_NOT_SUPPORTED"),
        ("ITEM_ERROR", "ADDITIONAL_CONSENT_REQUIRED"),
        UNKNOWN_CURSOR,
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        backend.plaid.respond_with_error(SYNC, kind, code);
        browser.connect_item("public-1").await;
        backend.wait_until_sync_is_postponed().await;
        assert_shown(&browser, code).await;
        // The bank's balances say nothing of its transactions.
        let refreshed = browser.post("/api/items/item-public-1/refresh", json!({}));
        assert_eq!(code_of(&refreshed.await.json()), json!(code));
        backend.wait_until_sync_is_postponed().await;
        assert_shown(&browser, code).await;

        let all = changes("1", false, &[("t1", "2026-11-01")], &[]);
        backend.plaid.respond_in_turn(SYNC, [all]);
        announce(&backend).await;
        wait_until(async || browser.items().await[0].status == ItemStatus::Healthy).await;
        assert_eq!(listed(&browser, "").await, ["t1"]);
    }
}

async fn assert_shown(browser: &Browser, code: &str) {
    let item = browser.items().await.remove(0);
    assert_eq!(item.status, ItemStatus::Failing, "{code}");
    assert_eq!(code_of(&item), json!(code));
}

fn code_of(item: &Item) -> Value {
    let error = item.error.as_ref();
    json!(error.map(|error| &error.error_code))
}

/// The user has given the consent that was lacking.
#[tokio::test]
async fn a_repair_ends_a_refusal_of_transactions() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .plaid
        .respond_with_error(SYNC, "ITEM_ERROR", "ADDITIONAL_CONSENT_REQUIRED");
    browser.connect_item("public-1").await;
    backend.wait_until_sync_is_postponed().await;
    backend.plaid.restore(SYNC);
    let repaired = browser.post("/api/items/item-public-1/repaired", json!({}));
    let repaired: Item = repaired.await.json();
    assert_eq!(repaired.status, ItemStatus::Healthy);
    let recorded = "SELECT count(*) FROM items WHERE repaired_at IS NOT NULL";
    assert_eq!(backend.count(recorded).await, 1);
}
