//! The disconnection of Items.

use axum::http::StatusCode;
use connect_api::{ItemStatus, ProblemCode};
use serde_json::json;

use crate::harness::{TestBackend, wait_until};

const REMOVE: &str = "/item/remove";
const ITEM: &str = "/api/items/item-public-1";

#[tokio::test]
async fn a_disconnected_item_is_removed_here_and_at_plaid() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    assert_eq!(browser.delete(ITEM).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        backend.plaid.calls(REMOVE),
        [json!({ "access_token": "access-public-1" })]
    );
    assert_eq!(browser.items().await, []);
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::NotFound
    );
}

#[tokio::test]
async fn an_item_that_plaid_no_longer_knows_can_be_disconnected() {
    for (kind, code) in [
        ("ITEM_ERROR", "ITEM_NOT_FOUND"),
        ("INVALID_INPUT", "INVALID_ACCESS_TOKEN"),
        ("ITEM_ERROR", "USER_PERMISSION_REVOKED"),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        backend.plaid.respond_with_error(REMOVE, kind, code);
        assert_eq!(
            browser.delete(ITEM).await.status,
            StatusCode::NO_CONTENT,
            "{code}"
        );
        assert_eq!(browser.items().await, []);
    }
}

#[tokio::test]
async fn an_item_that_plaid_did_not_remove_is_kept() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    backend
        .plaid
        .respond_with(REMOVE, 503, "<html>maintenance</html>");
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::PlaidUnavailable
    );
    backend
        .plaid
        .respond_with_error(REMOVE, "INVALID_INPUT", "INVALID_API_KEYS");
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::PlaidRefused
    );
    assert_eq!(browser.items().await, [item]);

    backend.plaid.restore(REMOVE);
    assert_eq!(browser.delete(ITEM).await.status, StatusCode::NO_CONTENT);
}

/// Nobody can use it any more. The log asks a person to remove the Item at Plaid.
#[tokio::test]
async fn an_item_whose_access_token_is_damaged_can_be_disconnected() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-damaged").await;
    backend
        .execute_sql("UPDATE items SET access_token = x'01020304'")
        .await;
    for body in [
        json!({ "webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": "item-public-damaged" }),
        json!({ "webhook_type": "TRANSACTIONS", "webhook_code": "SYNC_UPDATES_AVAILABLE",
            "item_id": "item-public-damaged" }),
    ] {
        backend
            .execute_sql("UPDATE items SET status = 'healthy', error = NULL")
            .await;
        backend.send_webhook(&body).await;
        wait_until(async || browser.items().await[0].status == ItemStatus::Failing).await;
        let error = browser.items().await[0].error.clone();
        assert_eq!(error.expect("an error").error_code, "INVALID_ACCESS_TOKEN");
    }
    backend.wait_until_webhooks_are_applied().await;
    let again = browser.post("/api/items", crate::duplicate::same_account("public-2"));
    assert_eq!(
        again.await.status,
        StatusCode::CREATED,
        "it is no duplicate"
    );
    let answer = browser.delete("/api/items/item-public-damaged").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.items().await.len(), 1);
    assert_eq!(backend.plaid.calls(REMOVE).len(), 0);
    let log = crate::log::text();
    let mut lines = log.lines();
    assert!(lines.any(|line| line.contains("by hand") && line.contains("item-public-damaged")));
}
