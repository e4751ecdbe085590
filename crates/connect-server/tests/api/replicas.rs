//! Two processes on one database.

use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use serde_json::json;

use crate::harness::{TestBackend, success, wait_until};
use crate::stub_plaid::{EXCHANGE, error};

const BALANCES: &str = "/accounts/balance/get";
const REFRESH: &str = "/api/items/item-public-1/refresh";

#[tokio::test]
async fn a_token_submitted_to_two_processes_makes_one_item() {
    for accepts_used_tokens in [false, true] {
        let backend = TestBackend::start().await;
        if accepts_used_tokens {
            backend.plaid.accept_used_public_tokens();
        }
        let browser = backend.browser().await;
        let replica = backend.replica().await;
        let other = browser.clone().using(&replica);
        let tabs: Vec<_> = (0..8)
            .map(|tab| {
                let browser = if tab % 2 == 0 { &browser } else { &other }.clone();
                tokio::spawn(async move { browser.post("/api/items", success("public-1")).await })
            })
            .collect();
        for tab in tabs {
            let answer = tab.await.expect("an answer");
            assert!(
                answer.status.is_success(),
                "{accepts_used_tokens}: {answer:?}"
            );
            assert_eq!(answer.json::<Item>().id.as_str(), "item-public-1");
        }
        assert_eq!(browser.items().await.len(), 1);
        assert_eq!(other.items().await.len(), 1);
        assert!(backend.plaid.calls(EXCHANGE).len() <= 2);
        assert_eq!(backend.plaid.calls("/item/remove").len(), 0);
    }
}

/// Each tab has completed Link for the same accounts, and has a public token of its own.
#[tokio::test]
async fn the_same_accounts_submitted_to_two_processes_make_one_item() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let replica = backend.replica().await;
    let other = browser.clone().using(&replica);
    let tabs: Vec<_> = (0..6)
        .map(|tab| {
            let browser = if tab % 2 == 0 { &browser } else { &other }.clone();
            let mut success = success(&format!("public-{tab}"));
            success["metadata"]["accounts"] = json!([
                { "id": "a", "name": "Plaid Checking", "mask": "0000", "type": "depository",
                    "subtype": "checking" },
            ]);
            tokio::spawn(async move { browser.post("/api/items", success).await })
        })
        .collect();
    let mut connected = 0;
    for tab in tabs {
        let answer = tab.await.expect("an answer");
        if answer.status == StatusCode::CREATED {
            connected += 1;
        } else {
            assert_eq!(answer.problem().code, ProblemCode::DuplicateItem);
        }
    }
    assert_eq!((connected, browser.items().await.len()), (1, 1));
    // A process that has just started may continue the exchange of the other.
    let mut exchanged = backend.plaid.calls(EXCHANGE);
    assert!(exchanged.len() <= 2, "{exchanged:?}");
    exchanged.dedup();
    assert_eq!(exchanged.len(), 1);
}

/// Plaid did not answer this process, but another one: nothing is lost.
#[tokio::test]
async fn an_answer_that_another_process_received_is_awaited() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let gate = backend.plaid.gate(EXCHANGE);
    let used = error("INVALID_INPUT", "INVALID_PUBLIC_TOKEN").to_string();
    backend
        .plaid
        .respond_in_turn(EXCHANGE, [(502, "<html>".to_owned()), (400, used)]);
    let submission = tokio::spawn({
        let browser = browser.clone();
        async move { browser.post("/api/items", success("public-2")).await }
    });
    gate.add_permits(1);
    wait_until(async || backend.plaid.calls(EXCHANGE).len() == 3).await;
    backend
        .execute_sql("UPDATE public_tokens SET state = 'retrying' WHERE state = 'exchanging'")
        .await;
    gate.add_permits(1);
    backend
        .execute_sql(
            "UPDATE public_tokens SET state = 'connected', item_id = 'item-public-1', \
             sealed_request = NULL, claim_expires_at = NULL WHERE state = 'retrying'",
        )
        .await;
    let answer = submission.await.expect("an answer");
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// Each row has a change at one process, while the other waits for Plaid's balances.
#[tokio::test]
async fn a_refresh_at_one_process_keeps_what_another_one_changed() {
    let revoked = |code: &str| {
        json!({ "webhook_type": "ITEM", "webhook_code": code, "item_id": "item-public-1",
            "account_id": "account-Plaid Checking" })
    };
    for (code, status) in [
        ("USER_PERMISSION_REVOKED", ItemStatus::Failing),
        ("USER_ACCOUNT_REVOKED", ItemStatus::Healthy),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        let replica = backend.replica().await;
        let gate = backend.plaid.gate(BALANCES);
        let refresh = tokio::spawn({
            let browser = browser.clone().using(&replica);
            async move { browser.post(REFRESH, json!({})).await }
        });
        wait_until(async || !backend.plaid.calls(BALANCES).is_empty()).await;
        backend.send_webhook(&revoked(code)).await;
        let has_accounts = async || !browser.items().await[0].accounts.is_empty();
        wait_until(async || !has_accounts().await).await;
        gate.add_permits(1);
        let refreshed = refresh.await.expect("an answer").json::<Item>();
        assert_eq!(
            (refreshed.accounts, refreshed.status),
            (vec![], status),
            "{code}"
        );
        let items = browser.items().await;
        assert_eq!(
            (&items[0].accounts, items[0].status),
            (&vec![], status),
            "{code}"
        );
    }
}
