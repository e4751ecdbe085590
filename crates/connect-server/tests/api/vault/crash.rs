//! Processes that are killed while keys change: everything can be opened afterwards.

use std::process::Stdio;

use connect_api::{Item, Session};
use connect_server::store::vault::Vault;
use connect_server::store::{Items, Sqlite};
use connect_server::{Digest, UserId};
use plaid_client::AccessToken;
use serde_json::json;

use super::rotation::{LONG_AGO, OLD_VALUES};
use super::{assert_readable, program, seal_every_kind, vault_command};
use crate::harness::{TestBackend, wait_until};

/// More than two batches.
const ITEMS: usize = 150;

/// Adds Items of one user to the database.
async fn add_items(backend: &TestBackend) {
    let browser = backend.user().await;
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let user = UserId::new(user);
    let vault = Vault::open(&backend.config.vault_key_file).expect("a key");
    let store = Sqlite::open(&backend.config.database_url).await;
    let store = store.expect("a database");
    for number in 0..ITEMS {
        let item: Item = serde_json::from_value(json!({
            "id": format!("item-{number}"), "institution_id": null, "institution_name": "Bank",
            "institution_color": null, "status": "healthy", "error": null, "accounts": [],
            "created_at": "2026-01-01T00:00:00.000Z", "refreshed_at": null,
        }))
        .expect("an Item");
        let token = AccessToken::new(format!("access-{number}"));
        let sealed = vault.seal(&token, &user, &item.id).expect("a sealed token");
        let unknown = Digest::of(format!("public-{number}"));
        let added = store.add_item(&user, &unknown, &item, &sealed, None);
        added.await.expect("an Item");
    }
}

/// Each row stops the process after some batches: it is killed when this number of access tokens is left.
#[tokio::test]
async fn a_process_that_is_killed_while_it_reseals_leaves_everything_readable() {
    let mut backend = TestBackend::start().await;
    seal_every_kind(&backend).await;
    add_items(&backend).await;
    vault_command(&backend.config, "rotate")
        .await
        .expect("a key");
    backend.stop();
    let left_items = "SELECT count(*) FROM items WHERE key_id = x'00000001'";
    assert_eq!(backend.count(left_items).await, 152);
    backend
        .execute_sql(
            "CREATE TABLE stop (at INTEGER); INSERT INTO stop VALUES (0); \
             CREATE TRIGGER stop BEFORE UPDATE OF access_token ON items \
             WHEN (SELECT count(*) FROM items WHERE key_id = x'00000001') <= (SELECT at FROM stop) \
             BEGIN SELECT RAISE(ABORT, 'stopped'); END",
        )
        .await;
    for (stop, left) in [
        ("UPDATE stop SET at = 152", 152),
        ("UPDATE stop SET at = 88", 88),
        ("UPDATE stop SET at = 24", 24),
    ] {
        backend.execute_sql(stop).await;
        let process = backend.start_killable().await;
        wait_until(async || backend.count(left_items).await <= left).await;
        process.kill().await;
        assert_eq!(backend.count(left_items).await, left);
        assert_readable(&backend).await;
    }
    backend.execute_sql("DROP TRIGGER stop").await;
    let process = backend.start_killable().await;
    wait_until(async || backend.count(OLD_VALUES).await == 0).await;
    process.kill().await;
    assert_readable(&backend).await;

    // The command is killed between the database and the file.
    backend.execute_sql(LONG_AGO).await;
    backend
        .execute_sql("DELETE FROM vault_keys WHERE id = x'00000001'")
        .await;
    backend.restart().await.expect("a restart");
    assert_readable(&backend).await;
    vault_command(&backend.config, "retire")
        .await
        .expect("it continues");
    backend.restart().await.expect("a restart");
    assert_readable(&backend).await;
}

/// Several processes re-seal the same values, and are killed at random.
#[tokio::test]
async fn processes_that_are_killed_at_random_leave_everything_readable() {
    let mut backend = TestBackend::start().await;
    seal_every_kind(&backend).await;
    add_items(&backend).await;
    backend.stop();
    for round in 0..5 {
        let mut rotation = program(&backend.config)
            .args(["vault", "rotate"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let first = backend.start_killable().await;
        let second = backend.start_killable().await;
        if round % 2 == 0 {
            rotation.start_kill().expect("a kill");
        }
        rotation.wait().await.expect("an end");
        first.kill().await;
        second.kill().await;
        assert_readable(&backend).await;
    }
    let expected = Vault::open(&backend.config.vault_key_file)
        .expect("keys")
        .newest_key();
    backend.restart().await.expect("a restart");
    let pool = sqlx::SqlitePool::connect(&backend.config.database_url).await;
    let pool = pool.expect("a database");
    wait_until(async || {
        let oldest = sqlx::query_scalar("SELECT min(key_id) FROM items WHERE key_id IS NOT NULL");
        let oldest: Vec<u8> = oldest.fetch_one(&pool).await.expect("a key");
        oldest == expected.to_bytes()
    })
    .await;
    assert_readable(&backend).await;
}
