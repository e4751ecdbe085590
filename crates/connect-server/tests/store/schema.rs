//! What SQLite's schema refuses.

use connect_server::store::Sqlite;
use sqlx::SqlitePool;

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
