//! Backups, and databases that are restored from them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use axum::http::StatusCode;
use connect_server::{BackupError, backup, restore};
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

use crate::harness::{Browser, TestBackend, success, wait_until};
use crate::stub_plaid::EXCHANGE;

impl TestBackend {
    /// Stops the process, replaces its database by a backup, and starts another process.
    async fn restore(&mut self, from: &Path, browser: Browser) -> Browser {
        self.shut_down().await;
        let kept = restore(&self.storage(), from, true).await;
        assert!(kept.expect("a restored database").is_some());
        self.restart().await.expect("a restart");
        self.reconnect(browser)
    }
}

/// The Items that were connected until then, each with its access token.
#[tokio::test]
async fn a_backup_of_a_database_in_use_is_complete() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-before").await;
    let connecting = tokio::spawn({
        let browser = browser.clone();
        async move {
            for number in 0.. {
                let success = success(&format!("public-{number}"));
                browser.post("/api/items", success).await;
            }
        }
    });
    let file = backend.file("backup.db");
    let written = backup(&backend.storage(), &file).await;
    connecting.abort();
    written.expect("a backup");
    let key = fs::read(&backend.config.vault_key_file).expect("a key");
    let content = fs::read(&file).expect("a file");
    assert!(!content.windows(key.len()).any(|part| part == key));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let before: Vec<_> = browser
        .items()
        .await
        .into_iter()
        .map(|item| item.id)
        .collect();
    let browser = backend.restore(&file, browser).await;
    let items = browser.items().await;
    assert!(items.iter().all(|item| before.contains(&item.id)));
    let first = "item-public-before";
    assert!(items.iter().any(|item| item.id.as_str() == first));
    for item in items {
        let path = format!("/api/items/{}/refresh", item.id);
        let answer = browser.post(&path, json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
}

#[tokio::test]
async fn a_backup_replaces_nothing() {
    let backend = TestBackend::start().await;
    let file = backend.file("backup.db");
    fs::write(&file, "another").expect("a file");
    let refused = backup(&backend.storage(), &file).await;
    assert!(
        matches!(refused, Err(BackupError::Exists(_))),
        "{refused:?}"
    );
    assert_eq!(fs::read(&file).expect("a file"), b"another");
    let left = fs::read_dir(backend.file("")).expect("a folder");
    let names = left.map(|file| file.expect("a file").file_name());
    let mut left = names.filter(|name| name.to_string_lossy().starts_with(".connect-"));
    assert_eq!(left.next(), None);
}

#[tokio::test]
async fn only_an_unused_database_is_replaced_and_it_is_kept() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let old = browser.connect_item("public-1").await;
    let file = backend.file("backup.db");
    backup(&backend.storage(), &file).await.expect("a backup");
    let new = browser.connect_item("public-2").await;
    let storage = backend.storage();
    for (force, sentence) in [
        (true, "another process has the database open"),
        (false, "add --force"),
    ] {
        let refused = restore(&storage, &file, force).await.expect_err(sentence);
        assert!(refused.to_string().contains(sentence), "{refused}");
        backend.shut_down().await;
    }
    let kept = restore(&storage, &file, true).await.expect("a database");
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    assert_eq!(browser.items().await, std::slice::from_ref(&old));

    backend.shut_down().await;
    let database = backend.file("connect.db");
    fs::rename(kept.expect("a file"), &database).expect("a file");
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    assert_eq!(browser.items().await, [new, old]);
}

/// Each row damages the backup or the key. The database remains as it is.
#[tokio::test]
async fn a_backup_that_cannot_be_used_is_refused() {
    type Damage = fn(&TestBackend, &Path);
    let rows: [(&str, Damage); 6] = [
        (
            "is not the one that the database was written with",
            |backend, _| {
                fs::write(&backend.config.vault_key_file, "ab".repeat(32)).expect("a file");
            },
        ),
        ("not a database", |_, backup| {
            fs::write(backup, "hello ".repeat(1000)).expect("a file");
        }),
        ("not a database of Connect", |_, backup| {
            fs::write(backup, "").expect("a file");
        }),
        ("", |_, backup| {
            let content = fs::read(backup).expect("a file");
            fs::write(backup, &content[..content.len() / 2]).expect("a file");
        }),
        ("write-ahead log beside it", |backend, _| {
            fs::write(backend.file("backup.db-wal"), "log").expect("a file");
        }),
        ("cannot be read", |_, backup| {
            fs::remove_file(backup).expect("a file");
        }),
    ];
    for (sentence, damage) in rows {
        let mut backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let item = browser.connect_item("public-1").await;
        let (file, key) = (
            backend.file("backup.db"),
            backend.config.vault_key_file.clone(),
        );
        backup(&backend.storage(), &file).await.expect("a backup");
        let right_key = fs::read(&key).expect("a key");
        damage(&backend, &file);
        backend.shut_down().await;
        let refused = restore(&backend.storage(), &file, true).await;
        let refused = connect_server::chain(&refused.expect_err(sentence));
        assert!(refused.contains(sentence), "{refused}");
        fs::write(&key, right_key).expect("a key");
        backend.restart().await.expect("a restart");
        assert_eq!(backend.reconnect(browser).items().await, [item]);
    }
}

/// A public token whose exchange was under way is used by now, and its Link token may have expired.
#[tokio::test]
async fn tokens_in_a_restored_database_do_no_harm() {
    let mut backend = TestBackend::start_with(|config| config.plaid_users = true).await;
    let browser = backend.browser().await;
    let old = browser.connect_item("public-old").await;
    browser.post("/api/link/tokens", json!({})).await;
    backend
        .execute_sql(
            "UPDATE link_tokens SET expires_at = '2026-01-01T00:00:00.000Z', due_at = expires_at",
        )
        .await;
    let gate = backend.plaid.gate(EXCHANGE);
    let submission = tokio::spawn({
        let browser = browser.clone();
        async move { browser.post("/api/items", success("public-1")).await }
    });
    wait_until(async || backend.plaid.calls(EXCHANGE).len() == 2).await;
    let file = backend.file("backup.db");
    backup(&backend.storage(), &file).await.expect("a backup");
    gate.add_permits(usize::MAX >> 4);
    submission.await.expect("an answer");

    let browser = backend.restore(&file, browser).await;
    let open = "SELECT (SELECT count(*) FROM link_tokens) \
        + (SELECT count(*) FROM public_tokens WHERE claim_expires_at IS NOT NULL)";
    wait_until(async || backend.count(open).await == 0).await;
    assert_eq!(browser.items().await, [old]);
    assert_eq!(backend.plaid.calls("/item/remove").len(), 0);
    assert_eq!(backend.plaid.calls("/user/items/remove").len(), 0);
}

/// Plaid is asked about an Item that was never checked before all others.
#[tokio::test]
async fn items_of_a_restored_database_are_to_be_checked() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let database = SqliteConnection::connect(&backend.config.database_url).await;
    let mut database = database.expect("a database");
    // It exists already in databases of later versions.
    let _ = sqlx::query("ALTER TABLE items ADD COLUMN checked_at TEXT")
        .execute(&mut database)
        .await;
    let checked = sqlx::query("UPDATE items SET checked_at = '2026-01-01T00:00:00.000Z'");
    checked.execute(&mut database).await.expect("SQL");
    database.close().await.expect("a closed database");
    let file = backend.file("backup.db");
    backup(&backend.storage(), &file).await.expect("a backup");
    backend.shut_down().await;
    let restored = restore(&backend.storage(), &file, true).await;
    restored.expect("a database");
    let checked = "SELECT count(*) FROM items WHERE checked_at IS NOT NULL";
    assert_eq!(backend.count(checked).await, 0);
}

/// Neither needs Plaid's keys.
#[tokio::test]
async fn the_commands_report_what_they_did() {
    let mut backend = TestBackend::start().await;
    let run = |args: &[&str]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_connect-server"))
            .env_clear()
            .env("CONNECT_DATABASE_URL", &backend.config.database_url)
            .env("CONNECT_VAULT_KEY_FILE", &backend.config.vault_key_file)
            .args(args)
            .output()
            .expect("the program")
    };
    let file = backend.file("backup.db");
    let file = file.to_str().expect("a name");
    for (args, code, sentence) in [
        (&["backup", file][..], 0, "is written and checked"),
        (&["backup", file], 1, "exists already"),
        (&["restore", file, "--force"], 1, "stop it first"),
    ] {
        let output = run(args);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(
            text.contains(sentence) && text.lines().count() == 1,
            "{text}"
        );
    }
    backend.shut_down().await;
    let output = Command::new(env!("CARGO_BIN_EXE_connect-server"))
        .env_clear()
        .args(["restore", file, "--force", "--database-url"])
        .arg(&backend.config.database_url)
        .arg("--vault-key-file")
        .arg(&backend.config.vault_key_file)
        .output()
        .expect("the program");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("the replaced database is"), "{text}");
}
