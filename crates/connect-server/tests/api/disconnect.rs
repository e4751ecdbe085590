//! The disconnection of Items.

use axum::http::StatusCode;
use connect_api::ProblemCode;
use serde_json::json;

use crate::harness::TestBackend;

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
