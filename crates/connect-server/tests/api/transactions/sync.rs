//! The sync of transactions with Plaid.

use connect_api::{ChangeKind, ItemStatus};
use serde_json::{Value, json};

use super::{SYNC, about_transactions, changes, page, transaction, wait_until_listed};
use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::error;

#[tokio::test]
async fn transactions_of_a_new_item_are_fetched_page_by_page() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes(
                "cursor-1",
                true,
                &[("t1", "2026-11-01"), ("t2", "2026-11-03")],
                &[],
            ),
            changes("cursor-2", false, &[("t3", "2026-11-02")], &[]),
            changes("cursor-2", false, &[], &[]),
        ],
    );
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["t2", "t3", "t1"]).await;
    backend.wait_until_synced().await;
    let [first, second] = &backend.plaid.calls(SYNC)[..] else {
        panic!("two pages: {:?}", backend.plaid.calls(SYNC));
    };
    assert_eq!(
        *first,
        json!({ "access_token": "access-public-1", "count": 500 })
    );
    assert_eq!(second["cursor"], "cursor-1");

    let page = page(&browser, "").await;
    let one = &page.transactions[0];
    assert_eq!(
        (one.item_id.as_str(), one.account_id.as_str(), &*one.date),
        ("item-public-1", "account-Plaid Checking", "2026-11-03")
    );
    assert_eq!((&*one.name, one.amount), ("Starbucks", 4.33));
    assert_eq!(one.iso_currency_code.as_deref(), Some("USD"));
    assert_eq!(one.category.as_deref(), Some("FOOD_AND_DRINK"));
    assert!(!one.pending);
}

#[tokio::test]
async fn a_webhook_continues_the_sync_at_its_cursor() {
    for code in [
        "SYNC_UPDATES_AVAILABLE",
        "INITIAL_UPDATE",
        "HISTORICAL_UPDATE",
        "DEFAULT_UPDATE",
        "TRANSACTIONS_REMOVED",
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let first = changes(
            "cursor-1",
            false,
            &[("t1", "2026-11-01"), ("t2", "2026-11-02")],
            &[],
        );
        backend.plaid.respond_in_turn(SYNC, [first]);
        browser.connect_item("public-1").await;
        backend.wait_until_synced().await;
        let mut page = browser.open_event_stream().await;

        let later = changes("cursor-2", false, &[("t3", "2026-11-03")], &["t1"]);
        backend.plaid.respond_in_turn(SYNC, [later]);
        backend.send_webhook(&about_transactions(code)).await;
        wait_until_listed(&browser, &["t3", "t2"]).await;
        assert_eq!(backend.plaid.calls(SYNC)[1]["cursor"], "cursor-1", "{code}");
        backend.wait_until_synced().await;
        let changes = page.changes().await;
        assert_eq!(
            changes.iter().map(|change| change.kind).collect::<Vec<_>>(),
            [ChangeKind::Transactions],
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_modified_transaction_is_updated() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .plaid
        .respond_in_turn(SYNC, [changes("1", false, &[("t1", "2026-11-01")], &[])]);
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["t1"]).await;
    let mut modified = transaction("t1", "2026-11-04");
    modified["amount"] = json!(-1.5);
    modified["pending"] = json!(true);
    modified["merchant_name"] = Value::Null;
    let (_, body) = changes("2", false, &[], &[]);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["modified"] = json!([modified]);
    backend.plaid.respond_with(SYNC, 200, &body);
    backend
        .send_webhook(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    wait_until(async || page(&browser, "").await.transactions[0].date == "2026-11-04").await;
    let [one] = &page(&browser, "").await.transactions[..] else {
        panic!("one transaction");
    };
    assert_eq!(
        (one.amount, one.pending, &*one.name),
        (-1.5, true, "STARBUCKS 0001")
    );
}

/// Plaid withdraws the pages of a run without reporting the transactions that are gone.
#[tokio::test]
async fn a_withdrawn_run_of_pages_is_restarted() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes("run-0", false, &[("t0", "2026-11-01")], &[]),
            changes(
                "run-1.1",
                true,
                &[("t1", "2026-11-02"), ("gone", "2026-11-02")],
                &[],
            ),
            changes("run-1.2", true, &[("gone too", "2026-11-03")], &[]),
            (400, mutated.to_string()),
            changes("run-2.1", true, &[("t1", "2026-11-02")], &[]),
            changes("run-2.2", false, &[("t3", "2026-11-04")], &[]),
        ],
    );
    browser.connect_item("public-1").await;
    backend.wait_until_synced().await;
    backend
        .send_webhook(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    wait_until_listed(&browser, &["t3", "t1", "t0"]).await;
    let cursors: Vec<_> = backend
        .plaid
        .calls(SYNC)
        .iter()
        .map(|call| call["cursor"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        cursors,
        ["", "run-0", "run-1.1", "run-1.2", "run-0", "run-2.1"]
    );
}

#[tokio::test]
async fn a_run_that_keeps_changing_is_postponed() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    backend.plaid.respond_with(SYNC, 400, &mutated);
    browser.connect_item("public-1").await;
    wait_until(async || backend.plaid.calls(SYNC).len() == 6).await;
    let scheduled = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(backend.count(scheduled).await, 1);
}

#[tokio::test]
async fn an_interrupted_sync_continues_after_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes("cursor-1", true, &[("t1", "2026-11-01")], &[]),
            (500, "<html>".to_owned()),
        ],
    );
    browser.connect_item("public-1").await;
    wait_until(async || backend.plaid.calls(SYNC).len() == 2).await;
    backend.stop();
    drop(browser.clone());
    backend
        .execute_sql("UPDATE transaction_syncs SET due_at = '2026'")
        .await;
    let rest = changes("cursor-2", false, &[("t2", "2026-11-02")], &[]);
    backend.plaid.respond_in_turn(SYNC, [rest]);
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    wait_until_listed(&browser, &["t2", "t1"]).await;
    assert_eq!(
        backend.plaid.calls(SYNC)[2]["cursor"],
        "cursor-1",
        "the first page is not fetched twice"
    );
}

#[tokio::test]
async fn an_item_without_the_product_is_not_synced() {
    let backend =
        TestBackend::start_with(|config| config.link.products = vec!["auth".to_owned()]).await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await;
    assert_eq!(
        backend
            .count("SELECT count(*) FROM transaction_syncs")
            .await,
        0
    );
    assert_eq!(backend.plaid.calls(SYNC).len(), 0);
}

#[tokio::test]
async fn a_sync_that_is_not_ready_is_retried() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let (_, body) = changes("", false, &[], &[]);
    let not_ready = body.replace("HISTORICAL_UPDATE_COMPLETE", "NOT_READY");
    backend.plaid.respond_with(SYNC, 200, &not_ready);
    browser.connect_item("public-1").await;
    wait_until(async || !backend.plaid.calls(SYNC).is_empty()).await;
    let scheduled = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(backend.count(scheduled).await, 1);
}

#[tokio::test]
async fn a_broken_item_is_synced_after_its_repair() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let broken = error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED");
    backend.plaid.respond_with(SYNC, 400, &broken);
    backend.plaid.set_item(json!({ "error": broken }));
    browser.connect_item("public-1").await;
    wait_until(async || browser.items().await[0].status == ItemStatus::LoginRequired).await;
    backend.wait_until_sync_is_postponed().await;

    let all = changes("cursor-1", false, &[("t1", "2026-11-01")], &[]);
    backend.plaid.respond_in_turn(SYNC, [all]);
    browser
        .post("/api/items/item-public-1/repaired", json!({}))
        .await;
    wait_until_listed(&browser, &["t1"]).await;
}
