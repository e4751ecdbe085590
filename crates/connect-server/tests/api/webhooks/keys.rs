//! The keys of webhooks: forged ones do not keep Plaid's out.

use axum::http::StatusCode;

use super::about_item;
use crate::harness::{TestBackend, wait_until};

const KEY: &str = "/webhook_verification_key/get";

/// Plaid sends it again, because nobody has found it to be forged.
#[tokio::test]
async fn a_genuine_webhook_is_accepted_after_forged_ones() {
    let backend = TestBackend::start().await;
    let unknown = crate::stub_plaid::error("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID");
    backend.plaid.respond_with(KEY, 400, &unknown);
    let body = about_item("ERROR", []).to_string();
    let (mut forged, mut refused) = (0, 0);
    while refused < 200 {
        let kid = format!("forged-{forged}");
        let signature = backend.plaid.signer.sign_as(&kid, &body, 0);
        let answer = backend.deliver_webhook(&signature, &body).await;
        match answer.status {
            StatusCode::UNAUTHORIZED => {}
            StatusCode::SERVICE_UNAVAILABLE => {
                assert!(answer.header("retry-after").is_some());
                refused += 1;
            }
            status => panic!("{status}"),
        }
        forged += 1;
    }
    backend.plaid.restore(KEY);
    let first = backend.send_webhook(&about_item("ERROR", [])).await;
    assert_ne!(first.status, StatusCode::UNAUTHORIZED);
    let repeated = backend.send_webhook(&about_item("ERROR", [])).await;
    assert_eq!(repeated.status, StatusCode::OK);
}

#[tokio::test]
async fn a_restarted_backend_knows_plaids_key() {
    let mut backend = TestBackend::start().await;
    let sent = async |backend: &TestBackend| backend.send_webhook(&about_item("ERROR", [])).await;
    assert_eq!(sent(&backend).await.status, StatusCode::OK);
    wait_until(async || backend.count("SELECT count(*) FROM webhook_keys").await == 1).await;
    backend.plaid.respond_with(KEY, 500, "<html>");
    backend.restart().await.expect("a restart");
    assert_eq!(sent(&backend).await.status, StatusCode::OK);
    assert_eq!(backend.plaid.calls(KEY).len(), 1);
}

/// Plaid has withdrawn it.
#[tokio::test]
async fn a_withdrawn_key_is_deleted() {
    let mut backend = TestBackend::start().await;
    let keys = "SELECT count(*) FROM webhook_keys";
    backend.send_webhook(&about_item("ERROR", [])).await;
    wait_until(async || backend.count(keys).await == 1).await;
    let two_days_ago =
        "UPDATE webhook_keys SET fetched_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-2 days')";
    backend.execute_sql(two_days_ago).await;
    let unknown = crate::stub_plaid::error("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID");
    backend.plaid.respond_with(KEY, 400, &unknown);
    backend.restart().await.expect("a restart");
    backend.send_webhook(&about_item("ERROR", [])).await;
    wait_until(async || backend.count(keys).await == 0).await;
    let refused = backend.send_webhook(&about_item("ERROR", [])).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}
