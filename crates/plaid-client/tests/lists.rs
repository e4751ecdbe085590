//! Tests of lists with an element that cannot be read: the other elements are.

use axum::Router;
use plaid_client::{AccessToken, PlaidClient, Secret};
use plaid_types::LinkToken;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bad_transaction_does_not_cost_its_page() {
    let good = |id: &str| json!({ "transaction_id": id, "account_id": "a", "amount": 1.5, "date": "2026-11-22" });
    for field in ["transaction_id", "account_id", "amount", "date"] {
        let mut bad = good("bad");
        bad[field] = Value::Null;
        let page = json!({
            "added": [good("t1"), bad, good("t2"), null], "modified": [bad, good("t3")],
            "removed": [{ "transaction_id": null }, { "transaction_id": "t4" }],
            "next_cursor": "c", "has_more": false,
        });
        let plaid = Plaid::start(page).await;
        let page = plaid.client.transactions_sync(&token(), "").await;
        let page = page.expect("a page");
        let ids = |list: &[plaid_types::Transaction]| {
            let ids = list.iter().map(|one| one.transaction_id.to_string());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(&page.added), ["t1", "t2"], "{field}");
        assert_eq!(ids(&page.modified), ["t3"], "{field}");
        assert_eq!(page.removed.len(), 1, "{field}");
    }
}

/// An account that cannot be read is still shared.
#[tokio::test]
async fn a_bad_account_is_named() {
    let good =
        json!({ "account_id": "a1", "name": "Checking", "type": "depository", "balances": {} });
    let answer = json!({
        "accounts": [good, { "account_id": "a2", "name": null }, 7], "item": { "item_id": "i" },
    });
    let plaid = Plaid::start(answer).await;
    let answer = plaid
        .client
        .accounts_get(&token())
        .await
        .expect("an answer");
    assert_eq!(answer.accounts.len(), 1);
    assert_eq!(answer.unreadable, [Some("a2".into()), None]);
}

#[tokio::test]
async fn a_bad_institution_or_item_does_not_cost_the_others() {
    let answer = json!({
        "institutions": [{ "institution_id": null }, { "institution_id": "ins_1", "name": "Bank" }],
        "items": [{ "item_id": null }, { "item_id": "i1" }],
    });
    let plaid = Plaid::start(answer).await;
    let found = plaid.client.institutions_search("bank", &[]).await;
    assert_eq!(found.expect("an answer").institutions.len(), 1);
    let items = plaid.client.user_items_get("usr_1").await;
    assert_eq!(items.expect("an answer").items.len(), 1);
}

/// Else a public token is lost with it.
#[tokio::test]
async fn a_bad_session_or_result_does_not_cost_the_others() {
    let added =
        json!({ "public_token": "p", "accounts": [null, { "id": "a" }], "institution": null });
    let session = |results: Value| json!({ "link_session_id": "s", "results": { "item_add_results": results } });
    for (sessions, is_incomplete) in [
        (json!([session(json!([added]))]), false),
        (json!([session(json!([added])), null]), true),
        (
            json!([session(json!([{ "public_token": null }, added]))]),
            true,
        ),
    ] {
        let answer = json!({ "link_token": "l", "link_sessions": sessions });
        let plaid = Plaid::start(answer).await;
        let state = plaid.client.link_token_get(&LinkToken::new("l")).await;
        let state = state.expect("an answer");
        assert_eq!(state.is_incomplete, is_incomplete, "{sessions}");
        let [session] = &state.link_sessions[..] else {
            panic!("{state:?}");
        };
        let [added] = &session.results.as_ref().expect("results").item_add_results[..] else {
            panic!("{state:?}");
        };
        assert_eq!(
            (added.public_token.as_str(), added.accounts.len()),
            ("p", 1)
        );
    }
}

/// A server with the same answer to every request.
struct Plaid {
    client: PlaidClient,
    server: tokio::task::JoinHandle<()>,
}

impl Plaid {
    async fn start(answer: Value) -> Self {
        let app = Router::new().fallback(async move || answer.to_string());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server =
            tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        let client = PlaidClient::builder("client-1", Secret::new("secret-1")).base_url(url);
        Self {
            client: client.build().expect("a client"),
            server,
        }
    }
}

impl Drop for Plaid {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn token() -> AccessToken {
    AccessToken::new("access-1")
}
