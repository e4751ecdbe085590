//! Items that change without a webhook.

use connect_api::ItemStatus;
use serde_json::{Value, json};

use crate::harness::{TestBackend, wait_until};

const GET: &str = "/item/get";

const UNCHECKED: &str = "UPDATE items SET checked_at = NULL WHERE id = 'item-public-1'";
const CHECKED_TWO_DAYS_AGO: &str = "UPDATE items \
    SET checked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-2 days') WHERE id = 'item-public-1'";

#[tokio::test]
async fn an_item_that_changed_without_a_webhook_is_found() {
    for (sql, kind, code, status) in [
        (
            UNCHECKED,
            "ITEM_ERROR",
            "ITEM_LOGIN_REQUIRED",
            ItemStatus::LoginRequired,
        ),
        (
            CHECKED_TWO_DAYS_AGO,
            "ITEM_ERROR",
            "ITEM_NOT_FOUND",
            ItemStatus::Failing,
        ),
        (
            UNCHECKED,
            "INVALID_INPUT",
            "INVALID_ACCESS_TOKEN",
            ItemStatus::Failing,
        ),
    ] {
        let mut backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        browser.connect_item("public-2").await;
        backend.execute_sql(sql).await;
        backend.plaid.respond_with_error(GET, kind, code);
        backend.restart().await.expect("a restart");
        let browser = backend.reconnect(browser);
        let broken = async || browser.items().await.remove(1);
        wait_until(async || broken().await.status == status).await;
        assert_eq!(broken().await.error.expect("an error").error_code, code);
        assert_eq!(
            asked(&backend),
            [json!({ "access_token": "access-public-1" })],
            "the other Item was checked a moment ago"
        );
    }
}

/// Nothing tells that its transactions can be fetched again.
#[tokio::test]
async fn an_item_that_recovered_without_a_webhook_is_synced() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let synced = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NULL";
    wait_until(async || backend.count(synced).await == 1).await;
    let before = backend.plaid.calls("/transactions/sync").len();
    backend
        .execute_sql("UPDATE items SET status = 'login_required', checked_at = NULL")
        .await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    wait_until(async || browser.items().await[0].status == ItemStatus::Healthy).await;
    wait_until(async || backend.plaid.calls("/transactions/sync").len() > before).await;
}

#[tokio::test]
async fn a_failed_check_is_tried_again_soon() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.execute_sql(UNCHECKED).await;
    backend.plaid.respond_with(GET, 500, "<html>");
    backend.restart().await.expect("a restart");
    wait_until(async || !asked(&backend).is_empty()).await;
    let soon = "SELECT count(*) FROM items \
        WHERE checked_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 day', '+15 minutes')";
    assert_eq!(backend.count(soon).await, 1);
    backend
        .plaid
        .respond_with(GET, 200, &json!({ "item": { "item_id": "item" } }));
    backend.execute_sql(UNCHECKED).await;
    backend.restart().await.expect("a restart");
    wait_until(async || backend.count(soon).await == 0).await;
}

fn asked(backend: &TestBackend) -> Vec<Value> {
    backend.plaid.calls(GET)
}
