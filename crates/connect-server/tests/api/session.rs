//! Sessions and their cookie.

use axum::http::StatusCode;
use connect_api::{ProblemCode, Session};

use crate::harness::TestBackend;

#[tokio::test]
async fn the_page_and_the_api_create_a_session() {
    let backend = TestBackend::start().await;
    for path in ["/", "/oauth", "/api/session"] {
        let answer = backend.visitor().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let cookie = answer.header("set-cookie").expect(path).to_owned();
        assert!(cookie.starts_with("__Host-connect="), "{cookie}");
        for attribute in [
            "; Path=/",
            "; HttpOnly",
            "; Secure",
            "; SameSite=Lax",
            "; Max-Age=",
        ] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn a_session_survives_a_restart_and_belongs_to_one_user() {
    let mut backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
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
        for path in ["/api/items", "/api/items/item-1"] {
            let problem = stranger.get(path).await.problem();
            assert_eq!(
                (problem.status, problem.code),
                (401, ProblemCode::SignedOut),
                "{path}"
            );
        }
        let answer = stranger
            .post("/api/link/tokens", serde_json::json!({}))
            .await;
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

#[tokio::test]
async fn the_database_does_not_contain_the_session_id() {
    let backend = TestBackend::start().await;
    let cookie = backend
        .visitor()
        .get("/api/session")
        .await
        .cookie()
        .expect("a session");
    let session = cookie
        .split_once('=')
        .expect("a cookie")
        .1
        .as_bytes()
        .to_vec();
    for name in ["connect.db", "connect.db-wal"] {
        let file = std::fs::read(backend.file(name)).expect("a file");
        assert!(
            !file.windows(session.len()).any(|window| window == session),
            "{name}"
        );
    }
}
