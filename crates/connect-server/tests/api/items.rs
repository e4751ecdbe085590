//! The list of Items, and their refresh.

use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use connect_server::Timestamp;
use serde_json::json;

use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::{account, error};

const BALANCE: &str = "/accounts/balance/get";

#[tokio::test]
async fn items_are_listed_newest_first_and_survive_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    assert_eq!(browser.items().await, []);
    let first = browser.connect_item("public-1").await;
    let second = browser.connect_item("public-2").await;
    assert_eq!(browser.items().await, [second.clone(), first.clone()]);

    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    assert_eq!(browser.items().await, [second, first.clone()]);
    assert_eq!(
        browser.get("/api/items/item-public-1").await.json::<Item>(),
        first
    );
}

#[tokio::test]
async fn an_item_of_another_user_is_not_found() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let item = ada.connect_item("public-1").await;
    assert_eq!(bob.items().await, []);
    for id in [item.id.as_str(), "unknown-item", "%ff%fe", "a%2Fb"] {
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
        backend.plaid.calls(BALANCE).len() + backend.plaid.calls("/item/remove").len(),
        0
    );
    assert_eq!(ada.items().await, [item]);
}

/// It neither waits for the Item nor learns that somebody uses it.
#[tokio::test]
async fn a_request_for_another_users_item_does_not_wait() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    ada.connect_item("public-1").await;
    let path = "/api/items/item-public-1";
    let refresh = format!("{path}/refresh");
    let gate = backend.plaid.gate(BALANCE);
    let adas = tokio::spawn({
        let (ada, refresh) = (ada.clone(), refresh.clone());
        async move { ada.post(&refresh, json!({})).await }
    });
    wait_until(async || backend.plaid.calls(BALANCE).len() == 1).await;
    let bobs = async {
        for answer in [
            bob.post(&refresh, json!({})).await,
            bob.post(&format!("{path}/repaired"), json!({})).await,
            bob.delete(path).await,
        ] {
            assert_eq!(answer.problem().status, 404);
        }
    };
    let answered = tokio::time::timeout(std::time::Duration::from_secs(20), bobs).await;
    answered.expect("the answers do not wait for Ada's request");
    gate.add_permits(1);
    assert_eq!(adas.await.expect("an answer").status, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_fetches_the_current_balances() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let before = browser.connect_item("public-1").await;
    let after: Item = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await
        .json();
    assert_eq!(before.accounts[0].balances.current, Some(110.0));
    assert_eq!(after.accounts[0].balances.current, Some(120.0));
    assert!(after.refreshed_at >= before.refreshed_at);
    assert_eq!(
        backend.plaid.calls(BALANCE),
        [json!({ "access_token": "access-public-1" })]
    );
    assert_eq!(browser.items().await, [after]);
}

/// It has no current balances of cards, and no balance at all may be new enough.
#[tokio::test]
async fn a_refresh_at_capital_one_accepts_older_balances() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .execute_sql("UPDATE items SET institution_id = 'ins_128026'")
        .await;
    let refresh = async || {
        let answer = browser.post("/api/items/item-public-1/refresh", json!({}));
        answer.await.json::<Item>().accounts[0].balances.current
    };
    let mut card = json!({ "accounts": [account("Card", 120.0)], "item": { "item_id": "item" } });
    card["item"]["institution_id"] = json!("ins_128026");
    backend.plaid.respond_with(BALANCE, 200, &card);
    assert_eq!(refresh().await, Some(120.0));
    let sent = &backend.plaid.calls(BALANCE)[0]["options"]["min_last_updated_datetime"];
    let sent: Timestamp = sent.as_str().expect("a time").parse().expect("a time");
    let now = Timestamp::now();
    assert!(sent < now && sent > now - time::Duration::days(2));

    let code = "LAST_UPDATED_DATETIME_OUT_OF_RANGE";
    backend
        .plaid
        .respond_with_error(BALANCE, "INVALID_RESULT", code);
    assert_eq!(refresh().await, Some(110.0), "Plaid's latest one");
}

#[tokio::test]
async fn an_item_has_its_error_until_it_is_repaired() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let before = browser.connect_item("public-1").await;
    for (kind, code, status) in [
        (
            "ITEM_ERROR",
            "ITEM_LOGIN_REQUIRED",
            ItemStatus::LoginRequired,
        ),
        ("ITEM_ERROR", "ITEM_LOCKED", ItemStatus::Failing),
        ("ITEM_ERROR", "INVALID_CREDENTIALS", ItemStatus::Failing),
        ("ITEM_ERROR", "A_NEW_CODE", ItemStatus::Failing),
        (
            "INVALID_INPUT",
            "ADDITIONAL_CONSENT_REQUIRED",
            ItemStatus::Failing,
        ),
    ] {
        backend.plaid.respond_with_error(BALANCE, kind, code);
        let item: Item = browser
            .post("/api/items/item-public-1/refresh", json!({}))
            .await
            .json();
        assert_eq!(item.status, status);
        assert_eq!(
            item.error.as_ref().map(|error| &*error.error_code),
            Some(code)
        );
        assert_eq!(item.accounts, before.accounts, "the accounts are kept");
        assert_eq!(browser.items().await, [item]);
    }
    backend.plaid.restore(BALANCE);
    let item: Item = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await
        .json();
    assert_eq!((item.status, item.error), (ItemStatus::Healthy, None));
}

#[tokio::test]
async fn a_failed_refresh_changes_nothing() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let before = browser.connect_item("public-1").await;
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
        backend.plaid.respond_with(BALANCE, status, &body);
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
async fn a_name_with_markup_is_plain_text() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let markup = "<script>alert('1')</script>\u{202e}";
    backend.plaid.respond_with(
        "/institutions/get_by_id",
        200,
        &json!({ "institution": { "institution_id": "ins_1", "name": markup } }),
    );
    assert_eq!(
        browser.connect_item("public-1").await.institution_name,
        markup
    );
    let answer = browser.get("/api/items").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
