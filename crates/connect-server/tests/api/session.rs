//! Sessions and their cookie.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use connect_api::{ProblemCode, Session};
use connect_server::Digest;
use futures_util::future::join_all;
use serde_json::json;
use url::Url;

use crate::harness::{Browser, TestBackend, wait_until};

#[tokio::test]
async fn the_page_starts_a_session() {
    let backend = TestBackend::start().await;
    for path in ["/", "/oauth"] {
        let answer = backend.visitor().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let cookie = answer.header("set-cookie").expect(path).to_owned();
        assert!(cookie.starts_with("__Host-connect="), "{cookie}");
        for attribute in [
            "; Path=/",
            "; HttpOnly",
            "; Secure",
            "; SameSite=Lax",
            "; Max-Age=15552000",
        ] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

/// Safari drops secure cookies on http, also on this machine.
#[tokio::test]
async fn a_cookie_is_as_strict_as_the_address_allows() {
    const SECURE: &str = "__Host-connect";
    let https = Some("https://bank.example");
    for (public_url, host, proto, name, path) in [
        (None, "127.0.0.1:8080", "http", "connect", "/"),
        (None, "localhost:8080", "http", "connect", "/"),
        (None, "[::1]:8080", "http", "connect", "/"),
        (None, "127.0.0.1:8080", "https", SECURE, "/"),
        (None, "bank.example", "http", SECURE, "/"),
        (None, "localhost.bank.example", "http", SECURE, "/"),
        (https, "127.0.0.1:8080", "http", SECURE, "/"),
        (
            Some("https://bank.example/connect/"),
            "bank.example",
            "http",
            "__Secure-connect",
            "/connect/",
        ),
    ] {
        let public_url = public_url.map(|url| Url::parse(url).expect("a URL"));
        let backend = TestBackend::start_with(|config| config.public_url = public_url).await;
        let request = |path| {
            let request = Request::get(path).header("host", host);
            let request = request.header("x-forwarded-proto", proto);
            request.body(Body::empty()).expect("a request")
        };
        let answer = backend.visitor().send(request("/")).await;
        let cookie = answer.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with(&format!("{name}=")), "{host}: {cookie}");
        assert!(cookie.contains(&format!("; Path={path};")), "{cookie}");
        assert_eq!(cookie.contains("; Secure"), name != "connect", "{cookie}");
        let browser = backend.visitor();
        let browser = browser.with_cookie(&answer.cookie().expect("a cookie"));
        let answer = browser.send(request("/api/session")).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn nothing_is_stored_for_a_visitor_who_keeps_nothing() {
    let backend = TestBackend::start().await;
    for path in ["/", "/wp-login", "/wp-login.php", "/api/session", "/livez"] {
        backend.visitor().get(path).await;
    }
    let browser = backend.browser().await;
    for path in ["/", "/api/session", "/api/items", "/api/transactions"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    drop(browser.open_event_stream().await);
    browser.delete("/api/items/item-1").await;
    let refresh = browser.post("/api/items/item-1/refresh", json!({}));
    assert_eq!(refresh.await.status, StatusCode::NOT_FOUND);
    for path in ["/api/link/tokens", "/api/items"] {
        let unknown = browser.post(path, json!({ "unknown": 1 })).await;
        assert!(unknown.status.is_client_error(), "{path}");
    }
    assert_eq!(count_users(&backend).await, (0, 0));
    browser.post("/api/link/tokens", json!({})).await;
    assert_eq!(count_users(&backend).await, (1, 1));
}

#[tokio::test]
async fn all_requests_of_a_new_page_are_of_one_user() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let user: Session = browser.get("/api/session").await.json();
    let mut page = browser.open_event_stream().await;
    let tokens = (0..8).map(|_| browser.post("/api/link/tokens", json!({})));
    for answer in join_all(tokens).await {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(count_users(&backend).await, (1, 1));
    assert_eq!(browser.get("/api/session").await.json::<Session>(), user);
    // The stream that was opened before is the user's too.
    browser.connect_item("public-1").await;
    assert!(!page.changes().await.is_empty());
}

#[tokio::test]
async fn a_session_survives_a_restart_and_belongs_to_one_user() {
    let mut backend = TestBackend::start().await;
    let (ada, bob) = (backend.user().await, backend.user().await);
    let name: Session = ada.get("/api/session").await.json();
    assert_ne!(name, bob.get("/api/session").await.json());
    assert_eq!(
        ada.get("/").await.cookie(),
        None,
        "a browser that is known keeps its session"
    );

    backend.restart().await.expect("a restart");
    let ada = backend.reconnect(ada);
    assert_eq!(name, ada.get("/api/session").await.json());
}

#[tokio::test]
async fn the_api_requires_a_session() {
    let backend = TestBackend::start().await;
    let strangers = [
        backend.visitor(),
        backend.visitor().with_cookie("__Host-connect=forged"),
    ];
    for stranger in strangers {
        for path in ["/api/session", "/api/items", "/api/items/item-1"] {
            assert_signed_out(&stranger, path).await;
        }
        let answer = stranger.post("/api/link/tokens", json!({})).await;
        assert_eq!(answer.problem().code, ProblemCode::SignedOut);
        assert_eq!(answer.cookie(), None);
    }
}

#[tokio::test]
async fn a_forged_session_is_replaced_by_a_new_one() {
    let backend = TestBackend::start().await;
    let stranger = backend.visitor().with_cookie("__Host-connect=forged");
    let cookie = stranger.get("/").await.cookie().expect("a session");
    assert!(!cookie.contains("forged"));
}

/// Also if the cookie was copied before.
#[tokio::test]
async fn signing_out_ends_a_session_in_every_process() {
    let backend = TestBackend::start().await;
    let replica = backend.replica().await;
    let user = backend.user().await;
    let elsewhere = user.clone().using(&replica);
    let mut page = user.open_event_stream().await;
    let mut other = elsewhere.open_event_stream().await;
    let answer = user.delete("/api/session").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-connect=; "), "{cookie}");
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    for path in ["/api/items", "/api/session"] {
        assert_signed_out(&user, path).await;
    }
    page.wait_for_end().await;
    other.wait_for_end().await;
    assert_signed_out(&elsewhere, "/api/items").await;
    let again = user.get("/").await.cookie();
    assert!(again.is_some(), "the page starts a new session");
}

#[tokio::test]
async fn a_user_can_end_all_sessions() {
    let backend = TestBackend::start().await;
    let (ada, other) = (backend.user().await, backend.user().await);
    let user: Session = ada.get("/api/session").await.json();
    let session = Digest::of(other.session_id());
    let same_user = format!(
        "UPDATE sessions SET user_id = '{}' WHERE id_sha256 = X'{}'",
        user.user_id,
        hex::encode(session.as_bytes()),
    );
    backend.execute_sql(same_user).await;
    // The backend notices the write of another process.
    wait_until(async || other.get("/api/session").await.json::<Session>() == user).await;
    ada.delete("/api/sessions").await;
    for browser in [&ada, &other] {
        assert_signed_out(browser, "/api/items").await;
    }
}

#[tokio::test]
async fn the_database_does_not_contain_the_session_id() {
    let backend = TestBackend::start().await;
    let session = backend.user().await.session_id().into_bytes();
    for name in ["connect.db", "connect.db-wal"] {
        let file = std::fs::read(backend.file(name)).expect("a file");
        assert!(
            !file.windows(session.len()).any(|window| window == session),
            "{name}"
        );
    }
}

async fn assert_signed_out(browser: &Browser, path: &str) {
    let problem = browser.get(path).await.problem();
    assert_eq!(
        (problem.status, problem.code),
        (401, ProblemCode::SignedOut),
        "{path}"
    );
}

/// Returns how many users and sessions are stored.
async fn count_users(backend: &TestBackend) -> (i64, i64) {
    (
        backend.count("SELECT count(*) FROM users").await,
        backend.count("SELECT count(*) FROM sessions").await,
    )
}
