use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use serde_json::json;

use crate::canned_plaid::error;
use crate::connect::Connect;

const BALANCE: &str = "/accounts/balance/get";

#[tokio::test]
async fn items_are_listed_newest_first_and_survive_a_restart() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    assert_eq!(browser.items().await, []);
    let first = browser.connects("public-1").await;
    let second = browser.connects("public-2").await;
    assert_eq!(browser.items().await, [second.clone(), first.clone()]);

    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    assert_eq!(browser.items().await, [second, first.clone()]);
    assert_eq!(
        browser.get("/api/items/item-public-1").await.json::<Item>(),
        first
    );
}

#[tokio::test]
async fn another_users_item_is_as_good_as_none() {
    let connect = Connect::start().await;
    let (ada, bob) = (connect.browser().await, connect.browser().await);
    let item = ada.connects("public-1").await;
    assert_eq!(bob.items().await, []);
    for id in [item.id.as_str(), "item-that-nobody-has", "%ff%fe", "a%2Fb"] {
        let path = format!("/api/items/{id}");
        for answer in [
            bob.get(&path).await,
            bob.delete(&path).await,
            bob.post(&format!("{path}/refresh"), json!({})).await,
        ] {
            let problem = answer.problem();
            assert_eq!(
                (problem.status, problem.code),
                (404, ProblemCode::NotFound),
                "{path}"
            );
            assert_eq!(problem.title, "This resource does not exist");
        }
    }
    assert_eq!(
        connect.plaid.calls(BALANCE).len() + connect.plaid.calls("/item/remove").len(),
        0
    );
    assert_eq!(ada.items().await, [item]);
}

#[tokio::test]
async fn a_refresh_brings_the_balances_of_now() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let before = browser.connects("public-1").await;
    let after: Item = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await
        .json();
    assert_eq!(before.accounts[0].balances.current, Some(110.0));
    assert_eq!(after.accounts[0].balances.current, Some(120.0));
    assert!(after.refreshed_at >= before.refreshed_at);
    assert_eq!(
        connect.plaid.calls(BALANCE),
        [json!({ "access_token": "access-public-1" })]
    );
    assert_eq!(browser.items().await, [after]);
}

#[tokio::test]
async fn an_item_that_needs_its_user_says_so_until_it_is_healed() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let before = browser.connects("public-1").await;
    for (code, status) in [
        ("ITEM_LOGIN_REQUIRED", ItemStatus::LoginRequired),
        ("ITEM_LOCKED", ItemStatus::Failing),
    ] {
        connect.plaid.refuses(BALANCE, "ITEM_ERROR", code);
        let item: Item = browser
            .post("/api/items/item-public-1/refresh", json!({}))
            .await
            .json();
        assert_eq!(item.status, status);
        assert_eq!(
            item.error.as_ref().map(|error| &*error.error_code),
            Some(code)
        );
        assert_eq!(item.accounts, before.accounts, "what was known stays");
        assert_eq!(browser.items().await, [item]);
    }
    connect.plaid.recovers(BALANCE);
    let item: Item = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await
        .json();
    assert_eq!((item.status, item.error), (ItemStatus::Healthy, None));
}

#[tokio::test]
async fn a_bank_or_a_plaid_that_is_down_changes_nothing() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let before = browser.connects("public-1").await;
    for (status, body, expected) in [
        (
            400,
            error("INSTITUTION_ERROR", "INSTITUTION_DOWN").to_string(),
            (502, ProblemCode::PlaidRefused),
        ),
        (
            400,
            error("INVALID_INPUT", "INVALID_API_KEYS").to_string(),
            (502, ProblemCode::PlaidRefused),
        ),
        (
            500,
            error("API_ERROR", "INTERNAL_SERVER_ERROR").to_string(),
            (502, ProblemCode::PlaidUnavailable),
        ),
        (
            500,
            "<html>sorry</html>".to_owned(),
            (502, ProblemCode::PlaidUnavailable),
        ),
        (
            200,
            "{\"accounts\":".to_owned(),
            (502, ProblemCode::PlaidUnavailable),
        ),
        (
            429,
            error("RATE_LIMIT_EXCEEDED", "BALANCE_LIMIT").to_string(),
            (429, ProblemCode::RateLimited),
        ),
    ] {
        connect.plaid.answers(BALANCE, status, &body);
        let answer = browser
            .post("/api/items/item-public-1/refresh", json!({}))
            .await;
        let problem = answer.problem();
        assert_eq!((problem.status, problem.code), expected, "{body}");
        if body.starts_with("{\"d") {
            assert!(
                problem
                    .display_message
                    .is_some_and(|words| words.starts_with("In words"))
            );
            assert_eq!(
                problem.plaid_request_id.as_ref().map(|id| id.as_str()),
                Some("plaid-1")
            );
        }
        assert_eq!(browser.items().await, std::slice::from_ref(&before));
    }
}

#[tokio::test]
async fn a_name_with_markup_is_text_like_any_other() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let markup = "<script>alert('1')</script>\u{202e}";
    connect.plaid.answers(
        "/institutions/get_by_id",
        200,
        &json!({ "institution": { "institution_id": "ins_1", "name": markup } }),
    );
    assert_eq!(browser.connects("public-1").await.institution_name, markup);
    let answer = browser.get("/api/items").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
