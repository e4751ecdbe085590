//! Where tokens, secrets and personal data must not appear.

use std::fs;

use serde_json::json;

use crate::harness::{TestBackend, success, wait_until};
use crate::log;
use crate::stub_plaid::{EXCHANGE, account};

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
            let file = fs::read(backend.file(name)).expect("a file");
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
        let mode = fs::metadata(backend.file(name))
            .expect(name)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// Files that were created by hand or restored by another program. A vault key is refused instead: it may have been read.
#[cfg(unix)]
#[tokio::test]
async fn files_that_are_open_to_others_are_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;
    let mut backend = TestBackend::start().await;
    backend.browser().await.connect_item("public-1").await;
    let _replica = backend.replica().await;
    let storage = backend.storage();
    let backup = backend.file("backup.db");
    let written = connect_server::backup(&storage, &backup).await;
    written.expect("a backup");
    backend.stop();
    let names = [
        "connect.db",
        "connect.db-wal",
        "connect.db-shm",
        "backup.db",
    ];
    for open in [0o644, 0o660, 0o666] {
        for name in names {
            let open = fs::Permissions::from_mode(open);
            fs::set_permissions(backend.file(name), open).expect(name);
        }
        backend.restart().await.expect("a restart");
        // It is refused, because the database is in use.
        let _ = connect_server::restore(&storage, &backup, true).await;
        for name in names {
            let file = fs::metadata(backend.file(name)).expect(name);
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}

/// Neither the sealed access token nor the accounts remain.
#[tokio::test]
async fn a_disconnected_item_is_soon_in_no_file() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let account =
        json!({ "accounts": [account("Rainy Day Fund", 110.0)], "item": { "item_id": "item" } });
    backend.plaid.respond_with("/accounts/get", 200, &account);
    let item = browser.connect_item("public-1").await;
    let pool = sqlx::SqlitePool::connect(&backend.config.database_url).await;
    let pool = pool.expect("a database");
    let sealed = sqlx::query_scalar("SELECT access_token FROM items").fetch_one(&pool);
    let sealed: Vec<u8> = sealed.await.expect("a sealed token");
    pool.close().await;
    let marks = [
        &*sealed,
        b"Rainy Day Fund",
        item.accounts[0].account_id.as_str().as_bytes(),
    ];
    let is_in_a_file = |mark: &&[u8]| {
        ["connect.db", "connect.db-wal"].iter().any(|name| {
            let file = fs::read(backend.file(name)).expect("a file");
            file.windows(mark.len()).any(|part| part == *mark)
        })
    };
    assert!(marks.iter().all(is_in_a_file));
    browser.delete("/api/items/item-public-1").await;
    wait_until(async || !marks.iter().any(is_in_a_file)).await;
}
