//! Invalid requests.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use connect_api::ProblemCode;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::sync::Notify;
use url::Url;

use crate::harness::{Browser, TestBackend, success};

#[tokio::test]
async fn a_malformed_request_is_refused_and_changes_nothing() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let large = json!({ "public_token": "x".repeat(65 * 1024), "metadata": {} }).to_string();
    for (kind, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", "[]", 422),
        ("application/json", r#"{"metadata":{}}"#, 422),
        ("application/json", r#"{"public_token":7}"#, 422),
        ("application/json", "\u{0}\u{1}", 400),
        ("text/plain", r#"{"public_token":"public-1"}"#, 415),
        (
            "application/x-www-form-urlencoded",
            "public_token=public-1",
            415,
        ),
        ("application/json", &large, 413),
    ] {
        let request = Request::post("/api/items").header(header::CONTENT_TYPE, kind);
        let answer = browser
            .send(request.body(body.to_owned().into()).expect("a request"))
            .await;
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code),
            (status, ProblemCode::InvalidRequest),
            "{body:.40}"
        );
    }
    assert_eq!(browser.items().await, []);
    assert_eq!(backend.plaid.calls("/item/public_token/exchange").len(), 0);
}

#[tokio::test]
async fn an_unknown_field_is_refused() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let answer = browser
        .post("/api/link/tokens", json!({ "acces_token": "typo" }))
        .await;
    assert_eq!(answer.problem().status, 422);
}

#[tokio::test]
async fn an_unknown_api_path_is_answered_with_a_problem() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    for path in ["/api", "/api/", "/api/nothing", "/api/items/1/2/3"] {
        assert_eq!(
            browser.get(path).await.problem().code,
            ProblemCode::NotFound,
            "{path}"
        );
    }
    let answer = browser.delete("/api/items").await;
    assert_eq!(answer.problem().status, 405);
    assert_eq!(browser.post("/", json!({})).await.problem().status, 405);
}

#[tokio::test]
async fn a_cross_site_request_is_refused() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let request = Request::post("/api/items")
            .header(header::HOST, "connect.example")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(Body::from(success("public-1").to_string()))
            .expect("a request");
        let problem = browser.send(request).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (403, ProblemCode::CrossSite),
            "{name}"
        );
    }
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn a_proxy_may_change_the_host_of_the_public_url() {
    let public = Url::parse("https://bank.example/connect").ok();
    let backend = TestBackend::start_with(|config| config.public_url = public).await;
    let browser = backend.user().await;
    for (origin, status) in [
        ("https://bank.example", StatusCode::CREATED),
        ("http://bank.example", StatusCode::FORBIDDEN),
        ("https://connect.bank.example", StatusCode::FORBIDDEN),
    ] {
        let request = Request::post("/api/items")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, origin)
            .header("x-forwarded-proto", "https")
            .body(Body::from(success("public-1").to_string()))
            .expect("a request");
        assert_eq!(browser.send(request).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn a_plaid_that_does_not_answer_is_reported_as_unavailable() {
    let mut backend = TestBackend::start_with(|config| {
        config.plaid.deadline = std::time::Duration::from_millis(100);
    })
    .await;
    let browser = backend.browser().await;
    let _never = backend.plaid.gate("/link/token/create");
    assert_eq!(
        token_problem(&browser).await,
        (504, ProblemCode::PlaidUnavailable)
    );

    backend.plaid.stop();
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    assert_eq!(
        token_problem(&browser).await.1,
        ProblemCode::PlaidUnavailable
    );
}

async fn token_problem(browser: &Browser) -> (u16, ProblemCode) {
    let problem = browser.post("/api/link/tokens", json!({})).await.problem();
    (problem.status, problem.code)
}

#[tokio::test]
async fn a_body_that_stops_is_not_waited_for() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let reads = Arc::new(Notify::new());
    let body = stream::once({
        let reads = reads.clone();
        async move {
            reads.notify_one();
            Ok::<_, Infallible>("{")
        }
    });
    let request = Request::post("/api/link/events")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(body.chain(stream::pending())))
        .expect("a request");
    let answer = tokio::spawn(async move { browser.send(request).await });
    reads.notified().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(answer.await.expect("an answer").problem().status, 408);
}
