use axum::body::Body;
use axum::http::{Request, header};
use connect_api::ProblemCode;
use serde_json::json;

use crate::connect::{Browser, Connect, success};

#[tokio::test]
async fn a_request_that_is_not_understood_is_refused_and_changes_nothing() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
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
    assert_eq!(connect.plaid.calls("/item/public_token/exchange").len(), 0);
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_where_it_would_be_missed() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let answer = browser
        .post("/api/link/tokens", json!({ "acces_token": "typo" }))
        .await;
    assert_eq!(answer.problem().status, 422);
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_a_problem_under_api() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
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
async fn a_page_of_another_site_can_ask_for_nothing() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
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
async fn a_plaid_that_does_not_answer_is_told_apart() {
    let mut connect = Connect::start_with(|config| {
        config.plaid.deadline = std::time::Duration::from_millis(100);
    })
    .await;
    let browser = connect.browser().await;
    let _never = connect.plaid.gate("/link/token/create");
    assert_eq!(
        token_problem(&browser).await,
        (504, ProblemCode::PlaidUnavailable)
    );

    connect.plaid.stop();
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    assert_eq!(
        token_problem(&browser).await.1,
        ProblemCode::PlaidUnavailable
    );
}

async fn token_problem(browser: &Browser) -> (u16, ProblemCode) {
    let problem = browser.post("/api/link/tokens", json!({})).await.problem();
    (problem.status, problem.code)
}
