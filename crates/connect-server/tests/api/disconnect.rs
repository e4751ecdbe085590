use axum::http::StatusCode;
use connect_api::ProblemCode;
use serde_json::json;

use crate::connect::Connect;

const REMOVE: &str = "/item/remove";
const ITEM: &str = "/api/items/item-public-1";

#[tokio::test]
async fn a_disconnected_item_is_gone_here_and_at_plaid() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    assert_eq!(browser.delete(ITEM).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        connect.plaid.calls(REMOVE),
        [json!({ "access_token": "access-public-1" })]
    );
    assert_eq!(browser.items().await, []);
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::NotFound
    );
}

#[tokio::test]
async fn an_item_that_plaid_no_longer_knows_is_disconnected_all_the_same() {
    for (kind, code) in [
        ("ITEM_ERROR", "ITEM_NOT_FOUND"),
        ("INVALID_INPUT", "INVALID_ACCESS_TOKEN"),
        ("ITEM_ERROR", "USER_PERMISSION_REVOKED"),
    ] {
        let connect = Connect::start().await;
        let browser = connect.browser().await;
        browser.connects("public-1").await;
        connect.plaid.refuses(REMOVE, kind, code);
        assert_eq!(
            browser.delete(ITEM).await.status,
            StatusCode::NO_CONTENT,
            "{code}"
        );
        assert_eq!(browser.items().await, []);
    }
}

#[tokio::test]
async fn an_item_that_plaid_did_not_end_is_kept() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let item = browser.connects("public-1").await;
    connect
        .plaid
        .answers(REMOVE, 503, "<html>maintenance</html>");
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::PlaidUnavailable
    );
    connect
        .plaid
        .refuses(REMOVE, "INVALID_INPUT", "INVALID_API_KEYS");
    assert_eq!(
        browser.delete(ITEM).await.problem().code,
        ProblemCode::PlaidRefused
    );
    assert_eq!(browser.items().await, [item]);

    connect.plaid.recovers(REMOVE);
    assert_eq!(browser.delete(ITEM).await.status, StatusCode::NO_CONTENT);
}
