//! What the vault seals, and its keys.

mod crash;
mod rotation;

use connect_server::store::vault::{Place, Vault};
use connect_server::{Config, Digest, UserId};
use plaid_types::ItemId;
use serde_json::json;
use sqlx::SqlitePool;
use tokio::process::Command;

use crate::harness::{TestBackend, success};
use crate::stub_plaid::EXCHANGE;

/// Each row has the secrets of a kind, and the place that a row of the database has.
type Kind = (&'static str, fn(UserId, Digest, String) -> Place);

const KINDS: [Kind; 4] = [
    (
        "SELECT user_id, x'', id, access_token FROM items",
        |user, _, item| Place::AccessToken {
            user,
            item: ItemId::new(item),
        },
    ),
    (
        "SELECT user_id, token_sha256, '', sealed_request FROM public_tokens WHERE sealed_request IS NOT NULL",
        |user, public_token, _| Place::Exchange { user, public_token },
    ),
    (
        "SELECT user_id, token_sha256, '', sealed FROM link_tokens",
        |user, link_token, _| Place::LinkToken { user, link_token },
    ),
    (
        "SELECT '', body_sha256, '', sealed FROM webhooks",
        |_, body, _| Place::Webhook { body },
    ),
];

/// Returns the sealed values of the database with their places.
async fn sealed_values(backend: &TestBackend) -> Vec<(Place, Vec<u8>)> {
    let pool = SqlitePool::connect(&backend.config.database_url).await;
    let pool = pool.expect("a database");
    let mut values = Vec::new();
    for (sql, place) in KINDS {
        let rows: Vec<(String, Vec<u8>, String, Vec<u8>)> =
            sqlx::query_as(sql).fetch_all(&pool).await.expect("rows");
        values.extend(rows.into_iter().map(|(user, digest, id, sealed)| {
            let digest = Digest::from_bytes(&digest).unwrap_or(Digest::of(""));
            (place(UserId::new(user), digest, id), sealed)
        }));
    }
    pool.close().await;
    values
}

/// Makes the backend seal a value of each kind for two users.
async fn seal_every_kind(backend: &TestBackend) {
    for name in ["ada", "bob"] {
        let browser = backend.browser().await;
        browser.connect_item(&format!("public-{name}")).await;
        let link_token = json!({
            "link_token": format!("link-{name}"), "expiration": "2099-01-01T00:00:00Z",
        });
        backend
            .plaid
            .respond_with("/link/token/create", 200, &link_token);
        browser.post("/api/link/tokens", json!({})).await;
        backend.plaid.respond_with(EXCHANGE, 500, "<html>");
        let unanswered = success(&format!("public-{name}-2"));
        browser.post("/api/items", unanswered).await.problem();
        backend.plaid.restore(EXCHANGE);
        backend
            .send_webhook(&json!({ "webhook_type": "WEATHER", "webhook_code": name }))
            .await;
    }
}

/// Checks that a new process could open every sealed value.
async fn assert_readable(backend: &TestBackend) {
    let vault = Vault::open(&backend.config.vault_key_file).expect("keys");
    let values = sealed_values(backend).await;
    for (place, sealed) in &values {
        let opened = vault.unseal_bytes(sealed, place);
        assert!(opened.is_ok(), "{place:?}: {opened:?}");
    }
}

/// Runs `connect-server vault`, and returns what it prints; as an error if it fails.
async fn vault_command(config: &Config, command: &str) -> Result<String, String> {
    let output = program(config).args(["vault", command]).output().await;
    let output = output.expect("the program");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// The program with these settings.
fn program(config: &Config) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_connect-server"));
    program
        .kill_on_drop(true)
        .env_clear()
        .env("CONNECT_DATABASE_URL", &config.database_url)
        .env("CONNECT_VAULT_KEY_FILE", &config.vault_key_file);
    program
}

#[tokio::test]
async fn a_sealed_value_opens_in_its_own_row_only() {
    let backend = TestBackend::start().await;
    seal_every_kind(&backend).await;
    let vault = Vault::open(&backend.config.vault_key_file).expect("a key");
    let values = sealed_values(&backend).await;
    assert_eq!(values.len(), 8, "two of each kind");
    for (place, sealed) in &values {
        for (other, _) in &values {
            let opened = vault.unseal_bytes(sealed, other);
            assert_eq!(opened.is_ok(), other == place, "{place:?} as {other:?}");
        }
    }
}
