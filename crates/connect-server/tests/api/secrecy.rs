//! Where tokens, secrets and personal data must not appear.

use serde_json::json;

use crate::harness::{TestBackend, success};
use crate::log;
use crate::stub_plaid::EXCHANGE;

/// The log has the level `TRACE`, and the answers include those to failures.
#[tokio::test]
async fn no_token_and_no_secret_is_in_a_log_an_answer_or_a_file() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = "/api/items/item-public-hush";
    let mut answers = Vec::new();
    answers.push(browser.post("/api/link/tokens", json!({})).await);
    answers.push(browser.post("/api/items", success("public-hush")).await);
    answers.push(browser.post("/api/items", success("public-hush")).await);
    answers.push(
        browser
            .post("/api/items", json!({ "public_token": ["public-hush"] }))
            .await,
    );
    answers.push(browser.get("/api/items").await);
    answers.push(browser.post(&format!("{item}/refresh"), json!({})).await);
    for garbage in [
        "access-public-hush",
        r#"{"access_token":["access-public-hush"]}"#,
    ] {
        backend.plaid.respond_with(EXCHANGE, 200, garbage);
        answers.push(browser.post("/api/items", success("public-hush-2")).await);
        backend
            .plaid
            .respond_with("/accounts/balance/get", 500, garbage);
        answers.push(browser.post(&format!("{item}/refresh"), json!({})).await);
    }
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    answers.push(browser.get("/").await);
    answers.push(browser.delete(item).await);

    let log = log::text();
    assert!(
        log.contains(r#""message":"Item connected","item_id":"item-public-hush""#),
        "nothing was logged"
    );
    for secret in [
        "access-public",
        "\"public-hush",
        "link-sandbox-1",
        "secret-that-must-not-show",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for secret in ["access-public", "secret-that-must-not-show", "client-1"] {
        for answer in &answers {
            assert!(
                !String::from_utf8_lossy(&answer.body).contains(secret),
                "{answer:?}"
            );
        }
        for name in ["connect.db", "connect.db-wal"] {
            let file = std::fs::read(backend.file(name)).expect("a file");
            assert!(!String::from_utf8_lossy(&file).contains(secret), "{name}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let backend = TestBackend::start().await;
    backend.browser().await.connect_item("public-1").await;
    for name in ["connect.db", "connect.db-wal", "vault.key"] {
        let mode = std::fs::metadata(backend.file(name))
            .expect(name)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// Not even the sealed access token remains in the file.
#[tokio::test]
async fn a_removed_access_token_is_overwritten() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let pool = sqlx::SqlitePool::connect(&backend.config.database_url)
        .await
        .expect("a database");
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT access_token FROM items")
        .fetch_one(&pool)
        .await
        .expect("a sealed token");
    browser.delete("/api/items/item-public-1").await;
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&pool)
        .await
        .expect("a checkpoint");
    let file = std::fs::read(backend.file("connect.db")).expect("a file");
    assert!(!file.windows(sealed.len()).any(|window| window == sealed));
}
