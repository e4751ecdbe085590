//! The receipt of webhooks, and their retries.

use axum::http::StatusCode;
use connect_api::{ItemStatus, ProblemCode};
use serde_json::json;

use super::{ITEM_GET, about_item, wait_for_item};
use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::error;

#[tokio::test]
async fn a_forged_webhook_changes_nothing() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    let body = about_item("USER_PERMISSION_REVOKED", []).to_string();
    let other = crate::signer::Signer::default();
    for (signature, body) in [
        ("", &*body),
        ("forged", &body),
        (&other.sign(&body, 0), &body),
        (&backend.plaid.signer.sign(&body, 301), &body),
        (
            &backend.plaid.signer.sign(&body, 0),
            &body.replace(':', ": "),
        ),
    ] {
        let problem = backend.deliver_webhook(signature, body).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (401, ProblemCode::InvalidRequest),
            "{signature}"
        );
    }
    assert_eq!(backend.count("SELECT count(*) FROM webhooks").await, 0);
    assert_eq!(browser.items().await, [item]);
}

#[tokio::test]
async fn a_webhook_is_refused_while_its_key_cannot_be_fetched() {
    let backend = TestBackend::start().await;
    backend
        .plaid
        .respond_with("/webhook_verification_key/get", 500, "<html>");
    let body = about_item("ERROR", []);
    assert_eq!(
        backend.send_webhook(&body).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    backend.plaid.restore("/webhook_verification_key/get");
    assert_eq!(backend.send_webhook(&body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_stored_is_not_acknowledged() {
    let backend = TestBackend::start().await;
    backend
        .execute_sql(
            "CREATE TRIGGER full BEFORE INSERT ON webhooks BEGIN SELECT RAISE(FAIL, 'full'); END",
        )
        .await;
    let problem = backend
        .send_webhook(&about_item("ERROR", []))
        .await
        .problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
}

#[tokio::test]
async fn copies_of_a_webhook_notify_pages_once() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let mut page = browser.open_event_stream().await;
    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    let body = about_item("ERROR", []).to_string();
    let signature = backend.plaid.signer.sign(&body, 0);
    for _ in 0..5 {
        assert_eq!(
            backend.deliver_webhook(&signature, &body).await.status,
            StatusCode::OK
        );
    }
    // A retry of Plaid has a new signature.
    backend
        .deliver_webhook(&backend.plaid.signer.sign(&body, 60), &body)
        .await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(page.changes().await.len(), 1, "the page is notified once");
}

/// A signer may sign two events of one second equally.
#[tokio::test]
async fn an_equal_event_is_applied_even_while_the_first_one_is() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let healthy = json!({ "item": { "item_id": "item", "error": null } });
    let failed = json!({ "item": { "item_id": "item", "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") } });
    let gate = backend.plaid.gate(ITEM_GET);
    let answers = [healthy, failed].map(|answer| (200, answer.to_string()));
    backend.plaid.respond_in_turn(ITEM_GET, answers);
    let body = about_item("ERROR", []).to_string();
    let signature = backend.plaid.signer.sign(&body, 0);
    backend.deliver_webhook(&signature, &body).await;
    wait_until(async || backend.plaid.calls(ITEM_GET).len() == 1).await;
    backend.deliver_webhook(&signature, &body).await;
    gate.add_permits(2);
    wait_for_item(&browser, |item| item.status == ItemStatus::LoginRequired).await;
}

#[tokio::test]
async fn unknown_webhooks_are_stored_and_have_no_effect() {
    let backend = TestBackend::start().await;
    for body in [
        json!({ "webhook_type": "WEATHER", "webhook_code": "RAIN" }),
        json!({ "webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": "nobody's" }),
        json!({ "webhook_type": "TRANSACTIONS", "webhook_code": "SYNC_UPDATES_AVAILABLE", "item_id": "i" }),
        json!({ "webhook_type": "LINK", "webhook_code": "SESSION_FINISHED", "link_token": "not ours" }),
        json!([1, 2, 3]),
    ] {
        assert_eq!(
            backend.send_webhook(&body).await.status,
            StatusCode::OK,
            "{body}"
        );
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.count("SELECT count(*) FROM webhooks").await, 5);
}

#[tokio::test]
async fn a_webhook_that_failed_is_applied_after_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.plaid.respond_with(ITEM_GET, 500, "<html>");
    assert_eq!(
        backend.send_webhook(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    wait_until(async || !backend.plaid.calls(ITEM_GET).is_empty()).await;

    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    backend.plaid.restore(ITEM_GET);
    backend
        .execute_sql("UPDATE webhooks SET due_at = '2026'")
        .await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    wait_for_item(&browser, |item| item.status == ItemStatus::LoginRequired).await;
}

/// Plaid also stops its retries after a day.
#[tokio::test]
async fn a_webhook_that_fails_for_a_day_is_dropped() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .plaid
        .respond_with_error(ITEM_GET, "INVALID_INPUT", "INVALID_API_KEYS");
    let pending = "SELECT count(*) FROM webhooks WHERE due_at IS NOT NULL";
    backend.send_webhook(&about_item("ERROR", [])).await;
    wait_until(async || backend.plaid.calls(ITEM_GET).len() == 1).await;
    assert_eq!(backend.count(pending).await, 1);
    backend
        .execute_sql(
            "UPDATE webhooks SET due_at = '2026', first_received_at = '2026-01-01T00:00:00.000Z'",
        )
        .await;
    backend.send_webhook(&json!({})).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.plaid.calls(ITEM_GET).len(), 2);
    assert!(crate::log::text().contains("applying webhooks failed for a day"));
}
