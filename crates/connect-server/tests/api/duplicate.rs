//! Accounts that are connected already.

use axum::http::StatusCode;
use connect_api::{Item, ProblemCode};
use serde_json::{Value, json};

use crate::harness::TestBackend;
use crate::stub_plaid::EXCHANGE;

#[tokio::test]
async fn a_duplicate_is_refused_before_its_exchange() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let problem = browser
        .post("/api/items", same_account("public-2"))
        .await
        .problem();
    assert_eq!(
        (problem.status, problem.code),
        (409, ProblemCode::DuplicateItem)
    );
    assert_eq!(problem.item_id.expect("the Item").as_str(), "item-public-1");
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
    assert_eq!(browser.items().await.len(), 1);
}

#[tokio::test]
async fn a_duplicate_is_connected_if_the_user_allows_it() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    browser
        .post("/api/items", same_account("public-2"))
        .await
        .problem();
    let mut anyway = same_account("public-2");
    anyway["allow_duplicate"] = json!(true);
    let answer = browser.post("/api/items", anyway.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let answer = browser.post("/api/items", anyway).await;
    assert_eq!(answer.json::<Item>().id.as_str(), "item-public-2");
    assert_eq!(browser.items().await.len(), 2);
}

/// Without a mask the name decides, and without both the institution decides.
#[tokio::test]
async fn an_account_without_name_or_mask_is_recognized() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    for (name, mask) in [
        (json!("Plaid Checking"), json!(null)),
        (json!(null), json!("0000")),
        (json!(null), json!(null)),
    ] {
        let success = change("public-2", "/metadata/accounts/0/name", name);
        let success = changed(success, "/metadata/accounts/0/mask", mask);
        let problem = browser.post("/api/items", success).await.problem();
        assert_eq!(problem.code, ProblemCode::DuplicateItem);
    }
    backend
        .execute_sql("UPDATE items SET accounts = replace(accounts, '\"0000\"', 'null')")
        .await;
    let problem = browser.post("/api/items", same_account("public-3")).await;
    assert_eq!(problem.problem().code, ProblemCode::DuplicateItem);
}

#[tokio::test]
async fn other_accounts_institutions_and_users_are_no_duplicates() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let one_more = json!([
        { "id": "new id", "name": "Plaid Checking", "mask": "0000" },
        { "id": "newer id", "name": "Plaid Saving", "mask": "1111" },
    ]);
    for success in [
        change("public-2", "/metadata/accounts/0/mask", json!("1111")),
        change("public-3", "/metadata/accounts", one_more),
        change(
            "public-4",
            "/metadata/accounts/0/name",
            json!("Plaid Saving"),
        ),
        change(
            "public-5",
            "/metadata/institution/institution_id",
            json!("ins_109509"),
        ),
        change("public-6", "/metadata/institution", json!(null)),
    ] {
        let answer = browser.post("/api/items", success.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{success}");
        browser
            .delete(&format!("/api/items/{}", answer.json::<Item>().id))
            .await;
    }
    let other = backend.browser().await;
    assert_eq!(
        other
            .post("/api/items", same_account("public-7"))
            .await
            .status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn tabs_that_connect_the_same_account_make_one_item() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let tabs = ["public-1", "public-2", "public-3"].map(|token| {
        let browser = browser.clone();
        tokio::spawn(async move { browser.post("/api/items", same_account(token)).await.status })
    });
    let mut statuses = Vec::new();
    for tab in tabs {
        statuses.push(tab.await.expect("an answer").as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(browser.items().await.len(), 1);
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
}

fn change(public_token: &str, field: &str, value: Value) -> Value {
    changed(same_account(public_token), field, value)
}

fn changed(mut success: Value, field: &str, value: Value) -> Value {
    *success.pointer_mut(field).expect("a field") = value;
    success
}

/// A success with the checking account that every Item in these tests has.
pub(crate) fn same_account(public_token: &str) -> Value {
    json!({ "public_token": public_token, "metadata": {
        "institution": { "name": "Platypus", "institution_id": "ins_109508" },
        "accounts": [{ "id": "new id", "name": "Plaid Checking", "mask": "0000",
            "type": "depository", "subtype": "checking" }],
    } })
}
