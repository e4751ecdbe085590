//! Consents that users withdraw.

use axum::http::StatusCode;
use connect_api::ItemStatus;
use serde_json::json;

use super::{REFRESH, about_item, wait_for_item};
use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::error;

#[tokio::test]
async fn a_withdrawn_consent_erases_the_data() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let tokens = "SELECT count(*) FROM items WHERE access_token <> x''";
    for (status, body) in [
        (500, "<html>".to_owned()),
        (429, error("RATE_LIMIT_EXCEEDED", "RATE_LIMIT").to_string()),
        (400, error("INVALID_INPUT", "INVALID_API_KEYS").to_string()),
        (
            400,
            error("INSTITUTION_ERROR", "INSTITUTION_DOWN").to_string(),
        ),
    ] {
        let before = backend.plaid.calls("/item/remove").len();
        backend.plaid.respond_with("/item/remove", status, &body);
        backend
            .send_webhook(&about_item("USER_PERMISSION_REVOKED", []))
            .await;
        wait_until(async || backend.plaid.calls("/item/remove").len() > before).await;
        // The refresh waits until the webhook is applied.
        browser.post(REFRESH, json!({})).await;
        assert_eq!(browser.items().await[0].accounts.len(), 1, "{body}");
        assert_eq!(backend.count(tokens).await, 1, "{body}");
    }

    backend
        .plaid
        .respond_with_error("/item/remove", "INVALID_INPUT", "INVALID_ACCESS_TOKEN");
    backend
        .execute_sql("UPDATE webhooks SET due_at = '2026' WHERE due_at IS NOT NULL")
        .await;
    backend
        .send_webhook(&about_item("USER_PERMISSION_REVOKED", []))
        .await;
    let item = wait_for_item(&browser, |item| item.status == ItemStatus::Failing).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "USER_PERMISSION_REVOKED"
    );
    assert_eq!(item.accounts, []);
    assert_eq!(backend.count(tokens).await, 0);

    let problem = browser
        .post("/api/link/tokens", json!({ "item_id": "item-public-1" }))
        .await
        .problem();
    assert_eq!(problem.status, 422);
    let removals = backend.plaid.calls("/item/remove").len();
    assert_eq!(
        browser.delete("/api/items/item-public-1").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        backend.plaid.calls("/item/remove").len(),
        removals,
        "there is no access token left"
    );
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn a_withdrawn_account_is_removed() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let revoked = [("account_id", json!("account-Plaid Checking"))];
    backend
        .send_webhook(&about_item("USER_ACCOUNT_REVOKED", revoked))
        .await;
    wait_for_item(&browser, |item| item.accounts.is_empty()).await;
}
