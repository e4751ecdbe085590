//! Repairs of Items in update mode.

use connect_api::{Item, ItemStatus, LinkTokenGrant, ProblemCode, Session};
use serde_json::json;

use crate::harness::TestBackend;
use crate::stub_plaid::{EXCHANGE, account, error};

const TOKENS: &str = "/api/link/tokens";
const REPAIRED: &str = "/api/items/item-public-1/repaired";

/// Gives an Item every problem that update mode can repair.
const BREAK_ITEM: &str = "UPDATE items SET status = 'login_required', new_accounts_available = 1, \
    disconnects_at = '2999-12-01T00:00:00Z'";

#[tokio::test]
async fn an_update_mode_token_names_the_item_and_no_products() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let session: Session = browser.get("/api/session").await.json();
    browser.connect_item("public-1").await;
    let request = json!({ "item_id": "item-public-1", "account_selection": true });
    let answer = browser.post(TOKENS, request).await;
    answer.json::<LinkTokenGrant>();
    assert_eq!(
        backend.plaid.calls("/link/token/create"),
        [json!({
            "client_name": "Connect", "language": "en", "country_codes": ["US"],
            "user": { "client_user_id": session.user_id },
            "access_token": "access-public-1", "update": { "account_selection_enabled": true },
        })]
    );
    assert!(!answer.text().contains("access"));
}

#[tokio::test]
async fn an_item_of_another_user_cannot_be_repaired() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    ada.connect_item("public-1").await;
    for id in ["item-public-1", "nothing"] {
        let problem = bob.post(TOKENS, json!({ "item_id": id })).await.problem();
        assert_eq!((problem.status, problem.code), (404, ProblemCode::NotFound));
        let problem = bob
            .post(&format!("/api/items/{id}/repaired"), json!({}))
            .await
            .problem();
        assert_eq!((problem.status, problem.code), (404, ProblemCode::NotFound));
    }
    assert_eq!(backend.plaid.calls("/link/token/create").len(), 0);
}

#[tokio::test]
async fn a_repaired_item_is_healthy_and_has_the_remaining_accounts() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.execute_sql(BREAK_ITEM).await;
    backend.plaid.respond_with(
        "/accounts/get",
        200,
        &json!({ "accounts": [account("Plaid Saving", 210.0)], "item": { "item_id": "item" } }),
    );
    let item: Item = browser.post(REPAIRED, json!({})).await.json();
    assert_eq!((item.status, &item.error), (ItemStatus::Healthy, &None));
    assert_eq!(item.disconnects_at, None);
    assert_eq!(item.accounts.len(), 1);
    assert_eq!(item.accounts[0].name, "Plaid Saving");
    assert_eq!(browser.items().await, [item]);
    assert_eq!(
        backend.plaid.calls(EXCHANGE).len(),
        1,
        "update mode exchanges nothing"
    );
}

#[tokio::test]
async fn new_accounts_are_available_until_the_user_selects_accounts() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    for (visit, available) in [
        (json!({}), true),
        (json!({ "account_selection": false }), true),
        (json!({ "account_selection": true }), false),
    ] {
        backend.execute_sql(BREAK_ITEM).await;
        let item: Item = browser.post(REPAIRED, visit.clone()).await.json();
        assert_eq!(item.new_accounts_available, available, "{visit}");
    }
}

#[tokio::test]
async fn plaid_decides_whether_an_item_is_repaired() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let broken = error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED");
    backend.plaid.respond_with("/accounts/get", 400, &broken);
    let item: Item = browser.post(REPAIRED, json!({})).await.json();
    assert_eq!(item.status, ItemStatus::LoginRequired);

    backend.plaid.respond_with("/accounts/get", 500, "<html>");
    assert_eq!(
        browser.post(REPAIRED, json!({})).await.problem().code,
        ProblemCode::PlaidUnavailable
    );
}

/// The card says so instead of offering the same button again.
#[tokio::test]
async fn an_item_that_ended_at_plaid_says_so_when_its_repair_begins() {
    for (kind, code) in [
        ("INVALID_INPUT", "INVALID_ACCESS_TOKEN"),
        ("ITEM_ERROR", "ITEM_NOT_FOUND"),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        backend
            .plaid
            .respond_with_error("/link/token/create", kind, code);
        let request = json!({ "item_id": "item-public-1" });
        let problem = browser.post(TOKENS, request).await.problem();
        assert_eq!(problem.code, ProblemCode::PlaidRefused);
        let item = browser.items().await.remove(0);
        assert_eq!(item.status, ItemStatus::Failing);
        assert_eq!(item.error.expect("an error").error_code, code);
    }
}
