//! New keys, and the end of old ones.

use std::process::Stdio;

use axum::http::StatusCode;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{assert_readable, program, seal_every_kind, vault_command};
use crate::harness::{TestBackend, wait_until};

const KEYS: &str = "SELECT count(*) FROM vault_keys";
/// What the first key has sealed.
pub(super) const OLD_VALUES: &str = "SELECT count(*) FROM ( \
    SELECT key_id FROM items UNION ALL SELECT key_id FROM public_tokens UNION ALL \
    SELECT key_id FROM link_tokens UNION ALL SELECT key_id FROM webhooks) WHERE key_id = x'00000001'";
pub(super) const LONG_AGO: &str = "UPDATE vault_keys SET added_at = '2026-01-01T00:00:00.000Z'";

#[tokio::test]
async fn keys_are_rotated_and_retired_while_the_backend_runs() {
    let backend = TestBackend::start().await;
    seal_every_kind(&backend).await;
    let retire = async || vault_command(&backend.config, "retire").await;
    let refused = async |sentence: &str| {
        let error = retire().await.expect_err(sentence);
        assert!(error.contains(sentence), "{error}");
    };
    assert!(
        retire()
            .await
            .expect("nothing to do")
            .contains("no key but key 1")
    );
    let rotated = vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    assert!(rotated.contains("key 2 is added"), "{rotated}");
    assert_readable(&backend).await;
    refused("no backend uses key 2 yet").await;
    backend.reload_keys();
    wait_until(async || backend.count(OLD_VALUES).await == 0).await;
    assert_readable(&backend).await;
    refused("a backend may not use key 2 yet").await;

    backend.execute_sql(LONG_AGO).await;
    // A process that missed the rotation may still use the old key.
    backend
        .execute_sql(
            "UPDATE webhooks SET sealed = x'0200000001' WHERE id = (SELECT min(id) FROM webhooks)",
        )
        .await;
    refused("key 1 is kept, because 1 stored values have it").await;
    backend
        .execute_sql("DELETE FROM webhooks WHERE sealed = x'0200000001'")
        .await;
    assert!(
        retire()
            .await
            .expect("it is not needed")
            .contains("only key 2")
    );
    let file = std::fs::read_to_string(&backend.config.vault_key_file).expect("keys");
    assert!(file.starts_with("2 ") && file.lines().count() == 1);
    assert_readable(&backend).await;
    let mut backend = backend;
    backend.restart().await.expect("the key is enough");
}

/// The old format, which a person may have written: a file with a key and no number.
#[tokio::test]
async fn a_key_without_a_number_is_rotated_too() {
    let mut backend = TestBackend::start().await;
    let path = &backend.config.vault_key_file.clone();
    let numbered = std::fs::read_to_string(path).expect("a key");
    let key = numbered.trim_start_matches("1 ").to_owned();
    std::fs::write(path, &key).expect("a file");
    seal_every_kind(&backend).await;
    backend.restart().await.expect("the same key");
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    let file = std::fs::read_to_string(path).expect("keys");
    assert!(file.starts_with(&numbered) && file.lines().count() == 2);
    assert_readable(&backend).await;
    backend.restart().await.expect("two keys");
}

/// Its key file is the same, but it has read it before the rotation.
#[tokio::test]
async fn a_process_that_has_not_reloaded_opens_what_another_one_seals() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    let replica = backend.replica().await;
    let other = browser.clone().using(&replica);
    other.connect_item("public-1").await;
    let sealed_by_new = "SELECT count(*) FROM items WHERE key_id = x'00000002'";
    assert_eq!(backend.count(sealed_by_new).await, 1);
    let refresh = "/api/items/item-public-1/refresh";
    for browser in [browser, other] {
        let answer = browser.post(refresh, json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
}

/// The database refuses what nobody could open after a restart.
#[tokio::test]
async fn a_process_that_missed_a_rotation_stores_nothing_with_a_retired_key() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    let _replica = backend.replica().await;
    backend.execute_sql(LONG_AGO).await;
    vault_command(&backend.config, "retire")
        .await
        .expect("nothing has the old key");
    let answer = browser.post("/api/link/tokens", json!({})).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    backend.reload_keys();
    wait_until(async || {
        let answer = browser.post("/api/link/tokens", json!({})).await;
        answer.status == StatusCode::OK
    })
    .await;
}

/// Two operators, or two machines, have each added a key of their own.
#[tokio::test]
async fn a_key_that_is_not_the_one_of_the_database_is_not_used() {
    let mut backend = TestBackend::start().await;
    let path = &backend.config.vault_key_file.clone();
    let before = std::fs::read(path).expect("a key");
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    let used = std::fs::read(path).expect("keys");
    backend.reload_keys();
    wait_until(async || backend.count(KEYS).await == 2).await;
    std::fs::write(path, before).expect("a file");
    let error = backend.restart().await.expect_err("a key is missing");
    assert!(error.to_string().contains("lacks key 2"), "{error}");
    vault_command(&backend.config, "rotate")
        .await
        .expect("another key 2");
    let error = backend.restart().await.expect_err("another key");
    assert!(error.to_string().contains("is not the one"), "{error}");
    std::fs::write(path, used).expect("a file");
    backend.restart().await.expect("the key of the database");
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_reads_its_keys_again_after_sighup() {
    let mut backend = TestBackend::start().await;
    // Its job has read the keys by then.
    backend.browser().await;
    backend.stop();
    let mut program = program(&backend.config)
        .env("CONNECT_LISTEN", "127.0.0.1:0")
        .env("CONNECT_DIST", &backend.config.dist)
        .env("PLAID_CLIENT_ID", "client-1")
        .env("PLAID_SECRET", "secret-1")
        .env("PLAID_BASE_URL", backend.config.plaid.base_url.as_str())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let log = program.stderr.take().expect("a log");
    let mut lines = BufReader::new(log).lines();
    while !lines
        .next_line()
        .await
        .expect("a line")
        .expect("a start")
        .contains("\"listening\"")
    {}
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    let id = program.id().expect("it runs");
    let signal = |name: &str| {
        let id = id.to_string();
        let kill = std::process::Command::new("kill")
            .args([name, &id])
            .status();
        assert!(kill.expect("a signal").success());
    };
    signal("-HUP");
    wait_until(async || backend.count(KEYS).await == 2).await;
    signal("-TERM");
    assert!(program.wait().await.expect("an end").success());
}
