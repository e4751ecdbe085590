//! A program that fills a database of Connect with copies of its first Item, while Connect runs.
//!
//! - `seed <data> users <items>`: adds this number of Items, each with its own user.
//! - `seed <data> user <user> <items> <accounts>`: copies the user's first Item until there are this number of Items, each
//!   with this number of accounts. The first Item gets old balances.
//! - `seed <data> transactions <user> <count>`: adds this number of transactions to the user's Item, over two years.
//! - `seed <data> token <user>`: prints the access token of the user's Item, unsealed with the vault's key.
#![expect(clippy::print_stdout, reason = "a command line tool prints to stdout")]

use std::env;
use std::error::Error;
use std::path::Path;

use connect_server::store::vault::Vault;
use connect_server::{UserId, store};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqliteSynchronous};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The numbers from 1 to a bound.
const NUMBERS: &str =
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)";

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [data, "users", items] => users(&open(data).await?, items.parse()?).await,
        [data, "user", user, items, accounts] => {
            let database = open(data).await?;
            one_user(&database, user, items.parse()?, accounts.parse()?).await
        }
        [data, "transactions", user, count] => {
            transactions(&open(data).await?, user, count.parse()?).await
        }
        [data, "token", user] => token(data, user).await,
        _ => Err("name what to seed: users, user, transactions or token".into()),
    }
}

async fn users(database: &SqlitePool, items: i64) -> Result<()> {
    let mut all = database.begin().await?;
    let users = format!(
        "{NUMBERS} INSERT INTO users SELECT 'seed-' || n, (SELECT min(created_at) FROM users) FROM numbers"
    );
    sqlx::query(AssertSqlSafe(users))
        .bind(items)
        .execute(&mut *all)
        .await?;
    // One account each: a million Items with a dozen accounts would take hours to write.
    let one =
        "(SELECT json_array(json(value)) FROM (SELECT value FROM json_each(accounts) LIMIT 1))";
    copies(&mut all, "'seed-' || n", one, items).await?;
    all.commit().await?;
    empty_log(database).await
}

async fn one_user(database: &SqlitePool, user: &str, items: i64, accounts: i64) -> Result<()> {
    let mut all = database.begin().await?;
    sqlx::query("DELETE FROM items WHERE id LIKE 'seed-%'")
        .execute(&mut *all)
        .await?;
    let some = format!("SELECT value FROM json_each(accounts) LIMIT {accounts}");
    let copied = format!("(SELECT json_group_array(json(value)) FROM ({some}))");
    copies(&mut all, "user_id", &copied, items - 1).await?;
    // An old balance, which a refresh corrects.
    let old = format!(
        "UPDATE items SET accounts = (SELECT json_group_array(json_set(value, '$.balances.current', 1.0)) FROM ({some})) \
         WHERE user_id = ? AND id NOT LIKE 'seed-%'"
    );
    sqlx::query(AssertSqlSafe(old))
        .bind(user)
        .execute(&mut *all)
        .await?;
    Ok(all.commit().await?)
}

/// Copies the oldest Item. `user` and `accounts` are SQL expressions.
async fn copies(
    all: &mut sqlx::SqliteConnection,
    user: &str,
    accounts: &str,
    items: i64,
) -> Result<()> {
    let copies = format!(
        "{NUMBERS} INSERT INTO items (id, user_id, institution_id, institution_name, institution_color, status, accounts, \
            access_token, created_at, refreshed_at) \
         SELECT 'seed-' || n, {user}, institution_id, institution_name, institution_color, status, {accounts}, \
            access_token, created_at, refreshed_at \
         FROM numbers, (SELECT * FROM items ORDER BY rowid LIMIT 1)"
    );
    sqlx::query(AssertSqlSafe(copies))
        .bind(items)
        .execute(all)
        .await?;
    Ok(())
}

async fn transactions(database: &SqlitePool, user: &str, count: i64) -> Result<()> {
    let transactions = format!(
        "{NUMBERS} INSERT INTO transactions (item_id, id, user_id, account_id, date, name, amount, iso_currency_code, pending, \
            category, run) \
         SELECT id, 'seed-' || n, user_id, accounts ->> '$[0].account_id', date('2026-11-22', '-' || (n % 730) || ' days'), \
            'Uber 072515 SF**POOL**', n % 1000 / 10.0, 'USD', 0, 'TRANSPORTATION', 0 \
         FROM numbers, (SELECT * FROM items WHERE user_id = ?)"
    );
    sqlx::query(AssertSqlSafe(transactions))
        .bind(count)
        .bind(user)
        .execute(database)
        .await?;
    empty_log(database).await
}

/// Empties the write-ahead log, which every query would otherwise search.
async fn empty_log(database: &SqlitePool) -> Result<()> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(database)
        .await?;
    Ok(())
}

async fn token(data: &str, user: &str) -> Result<()> {
    let user = UserId::new(user.to_owned());
    let store = store::open(&format!("sqlite:{data}/connect.db")).await?;
    let vault = Vault::open(&Path::new(data).join("vault.key"))?;
    let items = store.items(&user).await?;
    let item = items.first().ok_or("the user has no Item")?;
    let sealed = store
        .access_token(&user, &item.id)
        .await?
        .ok_or("the Item has no token")?;
    println!("{}", vault.unseal(&sealed, &user, &item.id)?.expose());
    store.close().await;
    Ok(())
}

async fn open(data: &str) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(Path::new(data).join("connect.db"))
        .synchronous(SqliteSynchronous::Off);
    Ok(SqlitePool::connect_with(options).await?)
}
