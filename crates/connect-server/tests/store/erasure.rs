//! What remains of erased data in SQLite's files: nothing, soon after.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use connect_server::store::{
    Items, LinkTokens, PublicTokens, Sqlite, StoredLinkToken, SyncPage, Transactions,
};
use connect_server::{Digest, UserId};
use plaid_types::AccountId;
use sqlx::SqlitePool;

use crate::child;
use crate::fixtures::{at, claim_request, item, revoked, user};

#[tokio::test]
async fn erased_data_leaves_no_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let _other_process = open(folder.path()).await;
    let ada = user(&store, "ada").await;
    for id in ["removed", "revoked", "reduced"] {
        add_marked_item(&store, &ada, id).await;
    }
    let declined = Digest::of("declined");
    let mut request = claim_request(&declined, "2026-01", "2026-01");
    request.sealed_request = b"marked-declined";
    store.claim(&ada, &request).await.expect("a claim");
    let link_token = link_token(&ada);
    store.add_link_token(&link_token).await.expect("an answer");
    assert!(has_copy(folder.path(), "marked-removed"));

    let removed = store.remove_item(&ada, &"removed".into()).await;
    assert!(removed.expect("an answer"));
    let revoked = store
        .erase_access_token(&ada, &"revoked".into(), &revoked())
        .await;
    revoked.expect("an answer");
    let reduced = [AccountId::from("marked-reduced-account")];
    let reduced = store.update_item(&ada, &item("reduced"), 0, &reduced).await;
    assert!(reduced.expect("an answer"));
    store.decline(&ada, &declined).await.expect("an answer");
    let deleted = store.delete_link_token(&link_token.digest).await;
    deleted.expect("an answer");
    for data in [
        "marked-removed",
        "marked-revoked",
        "marked-reduced-account",
        "marked-declined",
        "marked-link",
    ] {
        wait_until_gone(folder.path(), data).await;
    }
    assert_eq!(store.items(&ada).await.expect("the Items").len(), 2);
}

/// Plaid no longer has it, and does not list it as removed.
#[tokio::test]
async fn a_transaction_that_a_rebuild_lacks_leaves_no_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let ada = user(&store, "ada").await;
    add_marked_item(&store, &ada, "kept").await;
    assert!(has_copy(folder.path(), "marked-kept groceries"));
    store.rebuild(&"kept".into()).await.expect("an answer");
    // The copies that the begin of the rebuild leaves are removed before its end.
    let log = folder.path().join("connect.db-wal");
    wait_until(|| fs::metadata(&log).is_ok_and(|log| log.len() == 0)).await;
    let last = SyncPage {
        next_cursor: "2".to_owned(),
        ..SyncPage::default()
    };
    let saved = store.save_page(&ada, &"kept".into(), &last).await;
    assert!(saved.expect("an answer"));
    wait_until_gone(folder.path(), "marked-kept groceries").await;
}

/// SQLite leaves copies of rows in pages from which it moved them, although `secure_delete` is on.
#[tokio::test]
async fn copies_in_the_database_are_removed() {
    /// Inserts Items in a random order and of different lengths, and deletes many of them.
    const INSERT_AND_DELETE: &str = "\
        PRAGMA secure_delete = ON; \
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 4000) \
        INSERT INTO items (id, user_id, institution_name, status, accounts, access_token, created_at) \
            SELECT printf('marked-%08x', n * n * 2654435761 & 0xffffffff), 'ada', '', 'healthy', \
                hex(zeroblob(n * 37 % 400)), x'00', '2026' FROM numbers; \
        DELETE FROM items WHERE rowid % 3 = 1; \
        DELETE FROM items WHERE rowid % 3 = 2; \
        DELETE FROM items WHERE rowid % 4 = 0; \
        PRAGMA wal_checkpoint(TRUNCATE)";
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let ada = user(&store, "ada").await;
    let pool = SqlitePool::connect(&url(folder.path())).await;
    let pool = pool.expect("a database");
    let mut connection = pool.acquire().await.expect("a connection");
    let filled = sqlx::raw_sql(INSERT_AND_DELETE).execute(&mut *connection);
    filled.await.expect("SQL");
    let ids = sqlx::query_scalar("SELECT id FROM items").fetch_all(&pool);
    let ids: HashSet<String> = ids.await.expect("the Items").into_iter().collect();
    let last = ids.iter().next().expect("an Item").as_str().into();
    let has_erased_id = || {
        let file = fs::read(folder.path().join("connect.db")).expect("a file");
        let mut found = file.windows("marked-00000000".len());
        found.any(|id| id.starts_with(b"marked-") && !ids.contains(&*String::from_utf8_lossy(id)))
    };
    assert!(has_erased_id(), "SQLite left no copy");
    let removed = store.remove_item(&ada, &last).await;
    assert!(removed.expect("an answer"));
    wait_until(|| !has_erased_id()).await;
}

/// A reader keeps the log: it is emptied once the reader has finished.
#[tokio::test]
async fn a_log_that_is_being_read_is_emptied_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let ada = user(&store, "marked-ada").await;
    let token = link_token(&ada);
    store.add_link_token(&token).await.expect("an answer");
    let pool = SqlitePool::connect(&url(folder.path())).await;
    let pool = pool.expect("a database");
    let mut reader = pool.begin().await.expect("a transaction");
    let read = sqlx::query("SELECT * FROM link_tokens").fetch_all(&mut *reader);
    read.await.expect("the Link tokens");
    let deleted = store.delete_link_token(&token.digest).await;
    deleted.expect("an answer");
    // The first attempt copies what the reader sees from the log into the database.
    let database = || fs::read(folder.path().join("connect.db")).expect("a file");
    wait_until(|| contains(&database(), "marked-ada")).await;
    drop(reader);
    wait_until_gone(folder.path(), "marked-link").await;
}

/// The process is killed right after the erasure.
#[cfg(unix)]
#[tokio::test]
async fn a_restart_removes_the_copies_that_a_killed_process_left() {
    const NAME: &str = "erasure::a_restart_removes_the_copies_that_a_killed_process_left";
    const FOLDER: &str = "CONNECT_TEST_FOLDER";
    if child::is_child() {
        let folder = std::env::var(FOLDER).expect("a folder");
        let store = open(folder.as_ref()).await;
        let ada = user(&store, "ada").await;
        add_marked_item(&store, &ada, "removed").await;
        let removed = store.remove_item(&ada, &"removed".into()).await;
        assert!(removed.expect("an answer"));
        println!("\nremoved");
        return std::future::pending().await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = child::command(NAME, "true")
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut lines = output.lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "removed"));
    child.kill().expect("a running child");
    child.wait().expect("a child");
    assert!(has_copy(folder.path(), "marked-removed"));
    let _store = open(folder.path()).await;
    wait_until_gone(folder.path(), "marked-removed").await;
}

fn link_token(ada: &UserId) -> StoredLinkToken {
    StoredLinkToken {
        digest: Digest::of("link"),
        user: ada.clone(),
        item: None,
        account_selection: false,
        sealed: b"marked-link".to_vec(),
        created_at: at("2026-01"),
        asked: 0,
        due_at: at("2029-01"),
        expires_at: at("2030-01"),
    }
}

/// Adds an Item with a marked id, account, access token and transaction.
async fn add_marked_item(store: &Sqlite, ada: &UserId, id: &str) {
    let (mut item, token) = (item(id), Digest::of(format!("public-{id}")));
    item.accounts[0].account_id = format!("marked-{id}-account").into();
    item.accounts[0].name = format!("marked-{id} savings");
    let sealed = format!("marked-{id} access token");
    let request = claim_request(&token, "2026-01", "2026-01");
    store.claim(ada, &request).await.expect("a claim");
    let due = Some(at("2026-01"));
    let added = store.add_item(ada, &token, &item, sealed.as_bytes(), due);
    added.await.expect("an Item");
    let transaction = serde_json::json!({
        "id": "t1", "item_id": id, "account_id": format!("marked-{id}-account"), "date": "2026-01-01",
        "name": format!("marked-{id} groceries"), "amount": 1.0, "pending": false,
    });
    let page = SyncPage {
        next_cursor: "1".to_owned(),
        updated: vec![serde_json::from_value(transaction).expect("a transaction")],
        ..SyncPage::default()
    };
    let saved = store.save_page(ada, &item.id, &page).await;
    assert!(saved.expect("an answer"));
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("connect.db").display())
}

async fn open(folder: &Path) -> Sqlite {
    Sqlite::open(&url(folder)).await.expect("a database")
}

fn has_copy(folder: &Path, data: &str) -> bool {
    let mut files = fs::read_dir(folder).expect("a folder");
    files.any(|file| {
        let file = fs::read(file.expect("a file").path());
        contains(&file.expect("a file"), data)
    })
}

fn contains(file: &[u8], data: &str) -> bool {
    file.windows(data.len()).any(|part| part == data.as_bytes())
}

async fn wait_until_gone(folder: &Path, data: &str) {
    wait_until(|| !has_copy(folder, data)).await;
}

/// Waits until a condition holds, and panics after a minute.
async fn wait_until(condition: impl Fn() -> bool) {
    let holds = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), holds)
        .await
        .expect("the condition holds in time");
}
