//! Tests of every request against Plaid's OpenAPI specification, if the file is available: at `PLAID_OPENAPI`, or in
//! `shared/plaid/openapi.yml` beside the workspace.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::Uri;
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use plaid_client::{
    AccessToken, CreateLinkToken, CreateSandboxPublicToken, InstitutionData, LinkUser, PlaidClient,
    Secret, UpdateMode, WebhookVerifier,
};
use plaid_types::{InstitutionId, ItemId, LinkToken, PublicToken};
use serde_json::{Value, json};

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

#[tokio::test]
async fn every_request_is_as_specified() {
    let Some(specification) = specification() else {
        eprintln!(
            "skipped: no OpenAPI specification, neither at PLAID_OPENAPI nor beside the workspace"
        );
        return;
    };
    let seen = Seen::default();
    let app = Router::new().fallback(record).with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
    let client = PlaidClient::builder("client-1", Secret::new("secret-1"))
        .base_url(url)
        .build();
    call_every_method(&client.expect("a client")).await;
    server.abort();

    let seen = seen.lock().expect("a lock");
    assert_eq!(seen.len(), 18);
    for (path, body) in &*seen {
        check(&specification, path, body);
    }
}

/// Calls every method, with all optional fields. The responses are ignored.
async fn call_every_method(client: &PlaidClient) {
    let token = AccessToken::new("access-sandbox-1");
    let countries = ["US".to_owned()];
    let filters = json!({ "depository": { "account_subtypes": ["checking"] } });
    let new = CreateLinkToken {
        client_name: "Connect",
        language: "en",
        country_codes: &countries,
        user: LinkUser {
            client_user_id: "user-1",
            phone_number: Some("+14155550011"),
        },
        user_id: Some("usr_1"),
        products: &["transactions".to_owned()],
        webhook: Some("https://connect.example/api/webhooks/plaid"),
        redirect_uri: Some("https://connect.example/oauth"),
        link_customization_name: Some("spring"),
        account_filters: Some(&filters),
        institution_data: Some(InstitutionData {
            routing_number: "011401533",
        }),
        appearance_mode: Some("DARK"),
        ..CreateLinkToken::default()
    };
    let repair = CreateLinkToken {
        client_name: "Connect",
        language: "en",
        country_codes: &countries,
        user: LinkUser {
            client_user_id: "user-1",
            phone_number: Some("+14155550011"),
        },
        access_token: Some(&token),
        update: Some(UpdateMode {
            account_selection_enabled: true,
        }),
        ..CreateLinkToken::default()
    };
    let bank = InstitutionId::new("ins_109508");
    let sandbox = CreateSandboxPublicToken {
        institution_id: bank.clone(),
        initial_products: vec!["transactions".to_owned()],
    };
    let verifier = WebhookVerifier::new(client.clone());
    let claims = json!({
        "iat": time::OffsetDateTime::now_utc().unix_timestamp(),
        "request_body_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    });
    // {"alg":"ES256","kid":"key-1"}
    let webhook = format!(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImtleS0xIn0.{}.AA",
        BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let failed = [
        client.link_token_create(&new).await.is_err(),
        client.link_token_create(&repair).await.is_err(),
        client
            .link_token_get(&LinkToken::new("link-sandbox-1"))
            .await
            .is_err(),
        client
            .item_public_token_exchange(&PublicToken::new("public-sandbox-1"))
            .await
            .is_err(),
        client.item_get(&token).await.is_err(),
        client.accounts_get(&token).await.is_err(),
        client.accounts_balance_get(&token, None).await.is_err(),
        client
            .accounts_balance_get(&token, Some(time::OffsetDateTime::UNIX_EPOCH))
            .await
            .is_err(),
        client.transactions_sync(&token, "").await.is_err(),
        client.transactions_sync(&token, "cursor-1").await.is_err(),
        client
            .institutions_get_by_id(&bank, &countries)
            .await
            .is_err(),
        client
            .institutions_search("platypus", &countries)
            .await
            .is_err(),
        client.sandbox_public_token_create(&sandbox).await.is_err(),
        client.user_create("user-1").await.is_err(),
        client.user_items_get("usr_1").await.is_err(),
        verifier.verify(&webhook, b"").await.is_err(),
    ];
    assert!(
        failed.iter().all(|failed| *failed),
        "the server sends empty responses"
    );
    client
        .item_remove(&token)
        .await
        .expect("an empty response is valid");
    client
        .user_items_remove("usr_1", &[ItemId::new("item-1")])
        .await
        .expect("an empty response is valid");
}

fn specification() -> Option<Value> {
    let beside =
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/plaid/openapi.yml");
    let text = match std::env::var("PLAID_OPENAPI") {
        Ok(path) => std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("PLAID_OPENAPI {path}: {error}")),
        Err(_) => std::fs::read_to_string(beside()).ok()?,
    };
    Some(serde_yaml_ng::from_str(&text).expect("YAML"))
}

/// Checks that the body is valid and that every field is specified.
fn check(specification: &Value, path: &str, body: &Value) {
    let operation = &specification["paths"][path]["post"]["requestBody"]["content"];
    let schema = &operation["application/json"]["schema"];
    let name = schema["$ref"]
        .as_str()
        .unwrap_or_else(|| panic!("{path} is not specified"));
    let root = json!({ "allOf": [schema], "components": specification["components"] });
    let validator = jsonschema::draft4::new(&root).expect("a schema");
    let errors: Vec<_> = validator
        .iter_errors(body)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}\n{body:#}");
    let known = &specification
        .pointer(name.trim_start_matches('#'))
        .expect("a schema")["properties"];
    for field in body.as_object().expect("an object").keys() {
        assert!(known[field].is_object(), "{path}: {field} is not specified");
    }
}

async fn record(State(seen): State<Seen>, uri: Uri, Json(body): Json<Value>) -> Json<Value> {
    seen.lock()
        .expect("a lock")
        .push((uri.path().to_owned(), body));
    Json(json!({}))
}
