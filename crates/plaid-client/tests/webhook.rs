//! Tests of the verification of webhooks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use plaid_client::{PlaidClient, Secret, WebhookError, WebhookVerifier};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BODY: &[u8] = b"{\n  \"webhook_type\": \"ITEM\",\n  \"webhook_code\": \"ERROR\"\n}";

#[tokio::test]
async fn a_webhook_signed_by_plaid_is_accepted() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("a valid webhook");
    plaid
        .verifier
        .verify(&plaid.sign(b"", -290), b"")
        .await
        .expect("a valid webhook");
    assert_eq!(plaid.lookups(), 1, "the key is cached");
}

#[tokio::test]
async fn a_forged_webhook_is_refused() {
    let plaid = KeyServer::start(|_| {}).await;
    let other = KeyServer::start(|_| {}).await;
    let good = plaid.sign(BODY, 0);
    let (signed, signature) = good.rsplit_once('.').expect("a JWT");
    let (header, payload) = signed.split_once('.').expect("a JWT");
    let (_, other_payload) = signed_parts(&plaid.sign(b"other", 0));
    let claims = json!({ "iat": now(), "request_body_sha256": hash(BODY) });
    let symmetric = encode(
        &Header {
            kid: Some("key-1".to_owned()),
            ..Header::new(Algorithm::HS256)
        },
        &claims,
        &EncodingKey::from_secret(plaid.pair.public_key().as_ref()),
    )
    .expect("a JWT");
    let none = format!("eyJhbGciOiJub25lIiwia2lkIjoia2V5LTEifQ.{payload}.");
    for (signature, body) in [
        ("", BODY),
        ("not a token", BODY),
        (signed, BODY),
        (&symmetric, BODY),
        (&none, BODY),
        (&other.sign(BODY, 0), BODY),
        (&format!("{header}.{other_payload}.{signature}"), b"other"),
        (&plaid.sign_as(Some("../../item/get"), BODY, 0), BODY),
        (&plaid.sign_as(Some(&"k".repeat(65)), BODY, 0), BODY),
        (&plaid.sign_as(None, BODY, 0), BODY),
    ] {
        let error = plaid
            .verifier
            .verify(signature, body)
            .await
            .expect_err("forged");
        assert!(
            matches!(error, WebhookError::NotSigned),
            "{signature}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_changed_body_is_refused() {
    let plaid = KeyServer::start(|_| {}).await;
    let signature = plaid.sign(BODY, 0);
    let compact =
        serde_json::to_vec(&serde_json::from_slice::<Value>(BODY).expect("JSON")).expect("JSON");
    for body in [&b""[..], &BODY[1..], &compact] {
        let error = plaid
            .verifier
            .verify(&signature, body)
            .await
            .expect_err("changed");
        assert!(matches!(error, WebhookError::OtherBody), "{error:?}");
    }
}

#[tokio::test]
async fn a_signature_that_is_old_or_in_the_future_is_refused() {
    let plaid = KeyServer::start(|_| {}).await;
    for age in [-400, 400] {
        let error = plaid
            .verifier
            .verify(&plaid.sign(BODY, age), BODY)
            .await
            .expect_err("stale");
        assert!(matches!(error, WebhookError::Stale), "{age}: {error:?}");
    }
}

#[tokio::test]
async fn an_expired_key_is_refused() {
    let plaid = KeyServer::start(|key| key["expired_at"] = json!(now() - 1)).await;
    let error = plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect_err("expired");
    assert!(matches!(error, WebhookError::ExpiredKey), "{error:?}");
    let plaid = KeyServer::start(|key| key["expired_at"] = json!(now() + 600)).await;
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("not yet expired");
}

#[tokio::test]
async fn a_key_of_another_kind_is_refused() {
    for (field, value) in [
        ("alg", "RS256"),
        ("crv", "P-384"),
        ("kid", "key-2"),
        ("x", "?"),
    ] {
        let plaid = KeyServer::start(|key| key[field] = json!(value)).await;
        let error = plaid
            .verifier
            .verify(&plaid.sign(BODY, 0), BODY)
            .await
            .expect_err(field);
        assert!(
            matches!(error, WebhookError::UnknownKey),
            "{field}: {error:?}"
        );
    }
}

/// Half of them have unknown key ids, half the id of Plaid's key.
#[tokio::test]
async fn ten_thousand_forged_webhooks_cause_few_lookups() {
    let plaid = KeyServer::start(|_| {}).await;
    let other = KeyServer::start(|_| {}).await;
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("a valid webhook");
    let mut unknown = 0;
    for n in 0..5_000 {
        let with_plaids_id = other.sign(BODY, 0);
        let error = plaid.verifier.verify(&with_plaids_id, BODY).await;
        assert!(matches!(error, Err(WebhookError::NotSigned)), "{error:?}");
        let with_a_new_id = other.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        match plaid.verifier.verify(&with_a_new_id, BODY).await {
            Err(WebhookError::UnknownKey) => unknown += 1,
            Err(WebhookError::TooManyKeys) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(plaid.lookups() <= 10, "{}", plaid.lookups());
    assert_eq!(plaid.lookups(), unknown + 1);
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("the cached key is still valid");
}

#[tokio::test]
async fn concurrent_verifications_look_up_a_key_once() {
    let plaid = Arc::new(KeyServer::start(|_| {}).await);
    let all: Vec<_> = (0..50)
        .map(|_| {
            let plaid = plaid.clone();
            tokio::spawn(async move { plaid.verifier.verify(&plaid.sign(BODY, 0), BODY).await })
        })
        .collect();
    for verification in all {
        verification
            .await
            .expect("an end")
            .expect("a valid webhook");
    }
    assert_eq!(plaid.lookups(), 1);
}

/// Failed lookups do not use up the budget.
#[tokio::test]
async fn a_failed_lookup_is_reported_and_can_be_retried() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid.set_up(false);
    for _ in 0..20 {
        let verified = plaid.verify_own().await;
        assert!(
            matches!(verified, Err(WebhookError::Lookup(_))),
            "{verified:?}"
        );
    }
    plaid.set_up(true);
    plaid.verify_own().await.expect("a valid webhook");
}

/// Forged webhooks do not prevent the renewal.
#[tokio::test]
async fn a_cached_key_is_renewed() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.set_key_lifetime(Duration::ZERO);
    plaid.verify_own().await.expect("a valid webhook");
    for n in 0..20 {
        let forged = plaid.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        let verified = plaid.verifier.verify(&forged, BODY).await;
        verified.expect_err("forged");
    }
    let before = plaid.lookups();
    plaid.verify_own().await.expect("a valid webhook");
    assert_eq!(plaid.lookups(), before + 1);
    plaid.change_key(|key| key["expired_at"] = json!(now() - 1));
    let error = plaid.verify_own().await.expect_err("expired");
    assert!(matches!(error, WebhookError::ExpiredKey), "{error:?}");
}

#[tokio::test]
async fn a_cached_key_stays_valid_while_plaid_is_down() {
    for (expired_at, is_valid) in [(json!(null), true), (json!(now() - 1), false)] {
        let mut plaid = KeyServer::start(|key| key["expired_at"] = expired_at).await;
        plaid.set_key_lifetime(Duration::ZERO);
        assert_eq!(plaid.verify_own().await.is_ok(), is_valid);
        plaid.set_up(false);
        for _ in 0..3 {
            assert_eq!(plaid.verify_own().await.is_ok(), is_valid);
        }
        assert_eq!(plaid.lookups(), 2, "the renewal is not retried immediately");
    }
}

/// Plaid removes a key. Lookups of its id then use the budget.
#[tokio::test]
async fn a_removed_key_is_treated_as_unknown() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.set_key_lifetime(Duration::ZERO);
    plaid.verify_own().await.expect("a valid webhook");
    plaid.change_key(|key| *key = Value::Null);
    for _ in 0..1_000 {
        let verified = plaid.verify_own().await;
        verified.expect_err("Plaid has no such key");
    }
    assert!(plaid.lookups() <= 10, "{}", plaid.lookups());
}

/// A server of Plaid's webhook keys, and a verifier that uses it.
struct KeyServer {
    verifier: WebhookVerifier,
    pair: EcdsaKeyPair,
    pem: EncodingKey,
    served: Arc<Served>,
    address: String,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Served {
    key: Mutex<Value>,
    lookups: AtomicUsize,
    is_down: AtomicBool,
}

impl KeyServer {
    async fn start(change: impl FnOnce(&mut Value)) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).expect("a key");
        let point = pair.public_key().as_ref();
        let mut key = json!({
            "alg": "ES256", "crv": "P-256", "kid": "key-1", "kty": "EC", "use": "sig",
            "x": base64_url(&point[1..33]), "y": base64_url(&point[33..]),
            "created_at": 1_600_000_000, "expired_at": null,
        });
        change(&mut key);
        let served = Arc::new(Served {
            key: Mutex::new(key),
            ..Served::default()
        });
        let app = Router::new()
            .route("/webhook_verification_key/get", post(show_key))
            .with_state(served.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let server =
            tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self {
            verifier: WebhookVerifier::new(client(&address)),
            pem: EncodingKey::from_ec_der(document.as_ref()),
            pair,
            served,
            address,
            server,
        }
    }

    fn sign(&self, body: &[u8], age: i64) -> String {
        self.sign_as(Some("key-1"), body, age)
    }

    fn sign_as(&self, kid: Option<&str>, body: &[u8], age: i64) -> String {
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(Algorithm::ES256)
        };
        let claims = json!({ "iat": now() + age, "request_body_sha256": hash(body) });
        encode(&header, &claims, &self.pem).expect("a JWT")
    }

    /// Verifies a newly signed webhook.
    async fn verify_own(&self) -> Result<(), WebhookError> {
        self.verifier.verify(&self.sign(BODY, 0), BODY).await
    }

    /// Replaces the verifier with one that renews keys after this time.
    fn set_key_lifetime(&mut self, lifetime: Duration) {
        let client = client(&self.address);
        self.verifier = WebhookVerifier::new(client).key_lifetime(lifetime);
    }

    fn lookups(&self) -> usize {
        self.served.lookups.load(Ordering::SeqCst)
    }

    /// Starts or stops responding.
    fn set_up(&self, is_up: bool) {
        self.served.is_down.store(!is_up, Ordering::SeqCst);
    }

    /// Changes the key.
    fn change_key(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.served.key.lock().expect("a key"));
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn client(address: &str) -> PlaidClient {
    let client = PlaidClient::builder("client-1", Secret::new("secret-1"));
    let client = client.base_url(format!("http://{address}")).build();
    client.expect("a client")
}

async fn show_key(
    State(served): State<Arc<Served>>,
    Json(request): Json<Value>,
) -> (StatusCode, Json<Value>) {
    served.lookups.fetch_add(1, Ordering::SeqCst);
    if served.is_down.load(Ordering::SeqCst) {
        return (StatusCode::BAD_GATEWAY, Json(Value::Null));
    }
    let key = served.key.lock().expect("a key").clone();
    if request["key_id"] == "key-1" && key != Value::Null {
        return (
            StatusCode::OK,
            Json(json!({ "key": key, "request_id": "r" })),
        );
    }
    let code = "INVALID_WEBHOOK_VERIFICATION_KEY_ID";
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "error_type": "INVALID_INPUT", "error_code": code })),
    )
}

fn signed_parts(token: &str) -> (String, String) {
    let mut parts = token.split('.').map(str::to_owned);
    (
        parts.next().expect("a header"),
        parts.next().expect("a payload"),
    )
}

fn hash(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
