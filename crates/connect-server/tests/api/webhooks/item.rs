//! The state of an Item, as webhooks hint at it.

use axum::http::StatusCode;
use connect_api::{Item, ItemStatus};
use serde_json::json;

use super::{ITEM_GET, REFRESH, about_item, wait_for_item};
use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::error;

#[tokio::test]
async fn an_item_breaks_and_recovers_by_webhook() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;

    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    assert_eq!(
        backend.send_webhook(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    let item = wait_for_item(&browser, |item| item.status == ItemStatus::LoginRequired).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "ITEM_LOGIN_REQUIRED"
    );
    assert_eq!(item.accounts.len(), 1, "the accounts are kept");

    backend.plaid.set_item(json!({ "error": null }));
    backend
        .send_webhook(&about_item("LOGIN_REPAIRED", []))
        .await;
    wait_for_item(&browser, |item| {
        item.status == ItemStatus::Healthy && item.error.is_none()
    })
    .await;
}

/// Plaid is asked for the state, so an old webhook that arrives last has no effect.
#[tokio::test]
async fn the_order_of_webhooks_does_not_matter() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.plaid.set_item(json!({ "error": null }));
    for code in ["LOGIN_REPAIRED", "ERROR"] {
        backend
            .send_webhook(&about_item(
                code,
                [("error", error("ITEM_ERROR", "ITEM_LOCKED"))],
            ))
            .await;
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].status, ItemStatus::Healthy);
}

/// The state of the Item is its error: Plaid is not asked again, and the user is informed.
#[tokio::test]
async fn an_invalid_access_token_becomes_the_items_error() {
    for (kind, code) in [
        ("INVALID_INPUT", "INVALID_ACCESS_TOKEN"),
        ("ITEM_ERROR", "ITEM_NOT_FOUND"),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        let invalid = error(kind, code);
        for endpoint in [ITEM_GET, "/accounts/balance/get", "/transactions/sync"] {
            backend.plaid.respond_with(endpoint, 400, &invalid);
        }
        backend.send_webhook(&about_item("ERROR", [])).await;
        backend.wait_until_webhooks_are_applied().await;
        let refreshed: Item = browser.post(REFRESH, json!({})).await.json();
        assert_eq!(browser.items().await, std::slice::from_ref(&refreshed));
        assert_eq!(refreshed.status, ItemStatus::Failing);
        assert_eq!(refreshed.error.expect("an error").error_code, code);
        let due = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NOT NULL";
        wait_until(async || backend.count(due).await == 0).await;

        let again = browser.post("/api/items", crate::duplicate::same_account("public-2"));
        assert_eq!(
            again.await.status,
            StatusCode::CREATED,
            "it does not count as a duplicate"
        );
    }
}
