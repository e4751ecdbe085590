//! The exchange of public tokens for Items.

use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::harness::{TestBackend, success, wait_until};
use crate::stub_plaid::{EXCHANGE, error};

#[tokio::test]
async fn a_public_token_becomes_an_item_with_accounts_and_branding() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    assert_eq!(item.id.as_str(), "item-public-1");
    assert_eq!(item.institution_name, "First Platypus Bank");
    assert_eq!(item.institution_color.as_deref(), Some("#004966"));
    assert_eq!(item.status, ItemStatus::Healthy);
    assert_eq!(item.accounts[0].name, "Plaid Checking");
    assert_eq!(item.accounts[0].balances.current, Some(110.0));
    assert_eq!(
        backend.plaid.calls("/accounts/get"),
        [json!({ "access_token": "access-public-1" })]
    );
}

#[tokio::test]
async fn an_exchange_does_not_wait_for_balances() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let gate = backend.plaid.gate("/accounts/get");
    let mut success = success("public-1");
    success["metadata"]["accounts"] = json!([
        { "id": "a", "name": "Plaid Checking", "mask": "0000", "type": "depository", "subtype": "checking" },
    ]);
    let new: Item = browser.post("/api/items", success).await.json();
    assert_eq!(
        (&*new.institution_name, new.status),
        ("Platypus", ItemStatus::Healthy)
    );
    assert_eq!(new.accounts[0].name, "Plaid Checking");
    assert_eq!(
        (new.accounts[0].balances.current, &new.refreshed_at),
        (None, &None)
    );
    assert_eq!(browser.items().await, std::slice::from_ref(&new));

    gate.add_permits(1);
    let item = browser.wait_for_completion(&new).await;
    assert_eq!(item.accounts[0].balances.current, Some(110.0));
    assert!(item.refreshed_at.is_some());
}

#[tokio::test]
async fn balances_wait_for_exchanges_but_not_forever() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let gate = backend.plaid.gate(EXCHANGE);
    let mut waiting = Vec::new();
    for (browser, token) in [(&ada, "public-1"), (&bob, "public-2")] {
        let browser = browser.clone();
        waiting.push(tokio::spawn(async move {
            browser.post("/api/items", success(token)).await
        }));
        wait_until(async || backend.plaid.calls(EXCHANGE).len() == waiting.len()).await;
    }
    gate.add_permits(1);
    let new: Item = waiting.remove(0).await.expect("an answer").json();
    let item = ada.wait_for_completion(&new).await;
    let time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).expect("a time");
    let refreshed_at = item.refreshed_at.expect("balances");
    let delay = time(&refreshed_at) - time(&new.created_at);
    assert!(delay >= Duration::seconds(1), "{delay}");
}

#[tokio::test]
async fn plaid_is_asked_once_about_an_institution() {
    let backend = TestBackend::start().await;
    for token in ["public-1", "public-2"] {
        let item = backend.browser().await.connect_item(token).await;
        assert_eq!(item.institution_color.as_deref(), Some("#004966"));
    }
    assert_eq!(backend.plaid.calls("/institutions/get_by_id").len(), 1);
}

#[tokio::test]
async fn new_items_share_one_request_about_their_institution() {
    const USERS: usize = 8;
    let backend = TestBackend::start().await;
    let accounts = backend.plaid.gate("/accounts/get");
    let institution = backend.plaid.gate("/institutions/get_by_id");
    let mut new = Vec::new();
    for user in 0..USERS {
        let browser = backend.browser().await;
        let answer = browser.post("/api/items", success(&format!("public-{user}")));
        let item: Item = answer.await.json();
        new.push((browser, item));
    }
    wait_until(async || backend.plaid.calls("/accounts/get").len() == USERS).await;
    accounts.add_permits(USERS);
    wait_until(async || !backend.plaid.calls("/institutions/get_by_id").is_empty()).await;
    institution.add_permits(USERS);
    for (browser, item) in new {
        let item = browser.wait_for_completion(&item).await;
        assert_eq!(item.institution_color.as_deref(), Some("#004966"));
    }
    assert_eq!(backend.plaid.calls("/institutions/get_by_id").len(), 1);
}

#[tokio::test]
async fn a_resubmitted_token_returns_the_same_item() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    let answer = browser.post("/api/items", success("public-1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json::<Item>(), item);
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
    assert_eq!(browser.items().await.len(), 1);
}

#[tokio::test]
async fn concurrent_submissions_of_a_token_make_one_item() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let tabs: Vec<_> = (0..8)
        .map(|_| {
            let browser = browser.clone();
            tokio::spawn(async move { browser.post("/api/items", success("public-1")).await })
        })
        .collect();
    let mut new = 0;
    for tab in tabs {
        let answer = tab.await.expect("an answer");
        assert!(answer.status.is_success(), "{answer:?}");
        assert_eq!(answer.json::<Item>().id.as_str(), "item-public-1");
        new += usize::from(answer.status == StatusCode::CREATED);
    }
    assert_eq!((new, backend.plaid.calls(EXCHANGE).len()), (1, 1));
    assert_eq!(browser.items().await.len(), 1);
}

#[tokio::test]
async fn an_exchange_continues_when_its_browser_has_gone() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let gate = backend.plaid.gate(EXCHANGE);
    let aborted = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.post("/api/items", success("public-1")).await })
    };
    while backend.plaid.calls(EXCHANGE).is_empty() {
        tokio::task::yield_now().await;
    }
    aborted.abort();
    assert!(aborted.await.expect_err("it was aborted").is_cancelled());
    gate.add_permits(1);
    // It waits for the first exchange to end, and returns its Item.
    let answer = browser.post("/api/items", success("public-1")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(browser.items().await.len(), 1);
}

#[tokio::test]
async fn an_invalid_token_is_refused_with_plaids_reason() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .plaid
        .respond_with_error(EXCHANGE, "INVALID_INPUT", "INVALID_PUBLIC_TOKEN");
    let problem = browser
        .post("/api/items", success("public-unknown"))
        .await
        .problem();
    assert_eq!(
        (problem.status, problem.code),
        (409, ProblemCode::PublicTokenInvalid)
    );
    assert_eq!(problem.error_code.as_deref(), Some("INVALID_PUBLIC_TOKEN"));
    for token in [String::new(), "x".repeat(257)] {
        let problem = browser.post("/api/items", success(&token)).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (409, ProblemCode::PublicTokenInvalid)
        );
    }
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn a_token_that_another_user_submitted_is_refused() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    ada.connect_item("public-1").await;
    let problem = bob.post("/api/items", success("public-1")).await.problem();
    assert_eq!(
        (problem.status, problem.code),
        (409, ProblemCode::PublicTokenInvalid)
    );
    assert_eq!((ada.items().await.len(), bob.items().await.len()), (1, 0));
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
}

#[tokio::test]
async fn a_token_whose_item_was_disconnected_is_invalid() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    browser.delete("/api/items/item-public-1").await;
    let problem = browser
        .post("/api/items", success("public-1"))
        .await
        .problem();
    assert_eq!(problem.code, ProblemCode::PublicTokenInvalid);
}

#[tokio::test]
async fn a_failed_exchange_can_be_retried() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    for (status, body, code) in [
        (500, "<html>".to_owned(), ProblemCode::PlaidUnavailable),
        (
            503,
            error("API_ERROR", "PLANNED_MAINTENANCE").to_string(),
            ProblemCode::PlaidUnavailable,
        ),
        (429, "{}".to_owned(), ProblemCode::RateLimited),
        (
            400,
            error("INVALID_INPUT", "INVALID_API_KEYS").to_string(),
            ProblemCode::PlaidRefused,
        ),
    ] {
        backend.plaid.respond_with(EXCHANGE, status, &body);
        let problem = browser
            .post("/api/items", success("public-1"))
            .await
            .problem();
        assert_eq!(problem.code, code);
    }
    backend.plaid.restore(EXCHANGE);
    browser.connect_item("public-1").await;
    assert_eq!(browser.items().await.len(), 1);
}

#[tokio::test]
async fn an_item_is_kept_if_its_accounts_cannot_be_fetched() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_with("/accounts/get", 500, "<html>");
    backend
        .plaid
        .respond_with("/institutions/get_by_id", 500, "<html>");
    let item = browser.connect_item("public-1").await;
    assert_eq!(
        (&*item.institution_name, item.status),
        ("Platypus", ItemStatus::Failing)
    );
    assert_eq!(browser.items().await, [item]);

    backend.plaid.restore("/institutions/get_by_id");
    let item: Item = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await
        .json();
    assert_eq!((item.status, item.accounts.len()), (ItemStatus::Healthy, 1));
    assert_eq!(item.institution_color.as_deref(), Some("#004966"));
}

#[tokio::test]
async fn an_item_that_cannot_be_saved_is_removed_at_plaid() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .execute_sql(
            "CREATE TRIGGER full BEFORE INSERT ON items BEGIN SELECT RAISE(FAIL, 'full'); END",
        )
        .await;
    let problem = browser
        .post("/api/items", success("public-1"))
        .await
        .problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
    assert_eq!(problem.title, "The connection could not be saved");
    assert_eq!(
        backend.plaid.calls("/item/remove"),
        [json!({ "access_token": "access-public-1" })]
    );
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn an_item_of_another_user_is_neither_taken_over_nor_removed() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let same = json!({ "access_token": "access-1", "item_id": "item-1" });
    backend.plaid.respond_with(EXCHANGE, 200, &same);
    ada.connect_item("public-1").await;
    let problem = bob.post("/api/items", success("public-2")).await.problem();
    assert_eq!(problem.code, ProblemCode::Internal);
    assert_eq!((ada.items().await.len(), bob.items().await.len()), (1, 0));
    assert_eq!(backend.plaid.calls("/item/remove").len(), 0);
}
