//! What the vault seals.

use connect_server::store::vault::{Place, Vault};
use connect_server::{Digest, UserId};
use plaid_types::ItemId;
use serde_json::json;
use sqlx::SqlitePool;

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
        assert!(!rows.is_empty(), "{sql}");
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

#[tokio::test]
async fn a_sealed_value_opens_in_its_own_row_only() {
    let backend = TestBackend::start().await;
    seal_every_kind(&backend).await;
    let vault = Vault::open(&backend.config.vault_key_file).expect("a key");
    let values = sealed_values(&backend).await;
    assert_eq!(values.len(), 8);
    for (place, sealed) in &values {
        for (other, _) in &values {
            let opened = vault.unseal_bytes(sealed, other);
            assert_eq!(opened.is_ok(), other == place, "{place:?} as {other:?}");
        }
    }
}
