//! The bodies of webhooks: which are read, and how large they may be.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use serde_json::json;

use super::about_item;
use crate::harness::TestBackend;

/// Else a forger could make the backend hold many bodies.
#[tokio::test]
async fn the_body_of_a_forged_webhook_is_not_read() {
    let backend = TestBackend::start().await;
    let body = about_item("ERROR", []).to_string();
    backend.send_webhook(&about_item("ERROR", [])).await;
    let other = crate::signer::Signer::default();
    for signature in [
        "",
        "forged",
        &other.sign(&body, 0),
        &backend.plaid.signer.sign(&body, 301),
    ] {
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let request = Request::post("/api/webhooks/plaid").header("plaid-verification", signature);
        let visitor = backend.visitor();
        let answer = visitor.send(request.body(never).expect("a request"));
        let answer = tokio::time::timeout(Duration::from_secs(5), answer).await;
        let answer = answer.expect("an answer without the body");
        assert_eq!(answer.problem().status, 401, "{signature}");
    }
}

#[tokio::test]
async fn a_webhook_may_have_512_kib() {
    let backend = TestBackend::start().await;
    let of_size = |size: usize| {
        let empty = json!({ "webhook_type": "WEATHER", "text": "" }).to_string();
        json!({ "webhook_type": "WEATHER", "text": "x".repeat(size - empty.len()) }).to_string()
    };
    for (body, status) in [(of_size(512 * 1024), 200), (of_size(512 * 1024 + 1), 413)] {
        let signature = backend.plaid.signer.sign(&body, 0);
        let answer = backend.deliver_webhook(&signature, &body).await;
        assert_eq!(answer.status, status);
        if status == 413 {
            let detail = answer.problem().detail.expect("a detail");
            assert!(detail.contains("512 KiB"), "{detail}");
        }
    }
}
