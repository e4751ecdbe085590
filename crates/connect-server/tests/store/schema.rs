//! What SQLite's schema refuses, and the databases of earlier versions.

use std::borrow::Cow;

use connect_server::store::vault::KeyId;
use connect_server::store::{Sqlite, VaultKeys, Webhooks};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;

use crate::fixtures::at;

/// The columns of a public token: its state, claim, request, Item, and the institution and time of its orphan.
type Columns = [&'static str; 6];

#[tokio::test]
async fn a_public_token_has_the_columns_of_its_state_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("connect.db").display());
    let _store = Sqlite::open(&url).await.expect("a database");
    let pool = SqlitePool::connect(&url).await.expect("a database");
    let user = sqlx::query("INSERT INTO users (id, created_at) VALUES ('ada', '2026')");
    user.execute(&pool).await.expect("a user");
    let valid: [Columns; 8] = [
        ["'exchanging'", "'2026'", "x'00'", "NULL", "NULL", "NULL"],
        ["'retrying'", "'2026'", "x'00'", "NULL", "NULL", "NULL"],
        ["'declined'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'connected'", "NULL", "NULL", "'item'", "NULL", "NULL"],
        ["'lost'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'lost'", "NULL", "NULL", "NULL", "'ins_1'", "'2026'"],
        ["'expired'", "NULL", "NULL", "NULL", "'ins_1'", "'2026'"],
        ["'expired'", "NULL", "NULL", "NULL", "NULL", "'2026'"],
    ];
    let invalid: [Columns; 12] = [
        ["'unknown'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'exchanging'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'retrying'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'declined'", "'2026'", "x'00'", "NULL", "NULL", "NULL"],
        ["'connected'", "'2026'", "x'00'", "'item'", "NULL", "NULL"],
        ["'exchanging'", "'2026'", "NULL", "NULL", "NULL", "NULL"],
        ["'lost'", "NULL", "x'00'", "NULL", "NULL", "NULL"],
        ["'connected'", "NULL", "NULL", "NULL", "NULL", "NULL"],
        ["'lost'", "NULL", "NULL", "'item'", "NULL", "NULL"],
        ["'declined'", "NULL", "NULL", "NULL", "'ins_1'", "'2026'"],
        ["'connected'", "NULL", "NULL", "'item'", "'ins_1'", "'2026'"],
        ["'expired'", "NULL", "NULL", "NULL", "'ins_1'", "NULL"],
    ];
    for columns in valid {
        let inserted = insert(&pool, columns).await;
        inserted.unwrap_or_else(|error| panic!("{columns:?}: {error}"));
    }
    for columns in invalid {
        let error = insert(&pool, columns).await.expect_err(columns[0]);
        let error = error.to_string();
        assert!(
            error.contains("CHECK constraint failed"),
            "{columns:?}: {error}"
        );
    }
}

async fn insert(pool: &SqlitePool, columns: Columns) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO public_tokens (token_sha256, user_id, claimed_at, state, claim_expires_at, \
            sealed_request, item_id, orphan_institution_id, orphan_removable_from) \
         VALUES (randomblob(32), 'ada', '2026', {})",
        columns.join(", ")
    );
    let inserted = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
    assert_eq!(inserted.rows_affected(), 1);
    Ok(())
}

/// Its sealed values do not name their key: they have the first one.
#[tokio::test]
async fn a_database_of_the_first_version_keeps_its_sealed_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("connect.db");
    let options = SqliteConnectOptions::new().filename(&path);
    let pool = SqlitePool::connect_with(options.create_if_missing(true)).await;
    let pool = pool.expect("a database");
    let first = sqlx::migrate!("migrations/sqlite").migrations[..1].to_vec();
    let first = Migrator {
        migrations: Cow::Owned(first),
        ..Migrator::DEFAULT
    };
    first.run(&pool).await.expect("the first version");
    let filled = sqlx::raw_sql(
        "INSERT INTO users VALUES ('ada', '2026'); INSERT INTO vault VALUES (1, x'01cc'); \
         INSERT INTO items (id, user_id, institution_name, status, accounts, access_token, created_at) \
         VALUES ('item', 'ada', 'Bank', 'healthy', '[]', x'01aa', '2026'); \
         INSERT INTO webhooks (id, signature_sha256, body_sha256, sealed, received_at, first_received_at, due_at) \
         VALUES (7, zeroblob(32), zeroblob(32), x'01bb', '2026-01-01T00:00:00.000Z', \
            '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')",
    );
    filled.execute(&pool).await.expect("rows");
    pool.close().await;

    let store = Sqlite::open(&format!("sqlite:{}", path.display())).await;
    let store = store.expect("the database is migrated");
    let keys = store.vault_keys().await.expect("keys").into_iter();
    let keys: Vec<_> = keys.map(|key| (key.id, key.check)).collect();
    assert_eq!(keys, [(KeyId::FIRST, vec![1, 0xcc])]);
    let needed = store.remove_vault_key(KeyId::FIRST).await;
    assert_eq!(needed.expect("an answer"), 2);
    let due = store.due_webhooks(at("2026-02"), at("2026-03"), 9).await;
    let due = due.expect("webhooks").into_iter();
    let due: Vec<_> = due.map(|webhook| (webhook.id, webhook.sealed)).collect();
    assert_eq!(due, [(7, vec![1, 0xbb])]);
}
