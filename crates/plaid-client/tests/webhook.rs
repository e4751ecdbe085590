//! Which webhooks are taken for Plaid's.

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
async fn what_plaid_signed_is_taken() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("Plaid's");
    plaid
        .verifier
        .verify(&plaid.sign(b"", -290), b"")
        .await
        .expect("Plaid's");
    assert_eq!(plaid.lookups(), 1, "the key is kept");
}

#[tokio::test]
async fn what_plaid_did_not_sign_is_not_taken() {
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
async fn a_body_that_was_changed_is_noticed() {
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
async fn an_old_webhook_and_one_from_the_future_are_not_taken() {
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
async fn a_key_that_plaid_ended_ends() {
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
async fn a_key_of_another_kind_is_none() {
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

/// Half of them with keys that nobody has, half with the name of the key that Plaid signs with.
#[tokio::test]
async fn ten_thousand_forged_ones_cause_few_calls() {
    let plaid = KeyServer::start(|_| {}).await;
    let other = KeyServer::start(|_| {}).await;
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("Plaid's");
    let mut unknown = 0;
    for n in 0..5_000 {
        let with_its_name = other.sign(BODY, 0);
        let error = plaid.verifier.verify(&with_its_name, BODY).await;
        assert!(matches!(error, Err(WebhookError::NotSigned)), "{error:?}");
        let with_a_new_name = other.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        match plaid.verifier.verify(&with_a_new_name, BODY).await {
            Err(WebhookError::UnknownKey) => unknown += 1,
            Err(WebhookError::TooManyKeys) => {}
            taken => panic!("{taken:?}"),
        }
    }
    assert!(plaid.lookups() <= 10, "{}", plaid.lookups());
    assert_eq!(plaid.lookups(), unknown + 1);
    plaid
        .verifier
        .verify(&plaid.sign(BODY, 0), BODY)
        .await
        .expect("a known key still counts");
}

#[tokio::test]
async fn many_at_once_ask_for_a_key_once() {
    let plaid = Arc::new(KeyServer::start(|_| {}).await);
    let all: Vec<_> = (0..50)
        .map(|_| {
            let plaid = plaid.clone();
            tokio::spawn(async move { plaid.verifier.verify(&plaid.sign(BODY, 0), BODY).await })
        })
        .collect();
    for one in all {
        one.await.expect("an end").expect("Plaid's");
    }
    assert_eq!(plaid.lookups(), 1);
}

/// However many come meanwhile: none of them counts against the one that comes when Plaid is back.
#[tokio::test]
async fn a_plaid_that_cannot_be_asked_is_told_apart() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid.is_up(false);
    for _ in 0..20 {
        let verified = plaid.takes_its_own().await;
        assert!(
            matches!(verified, Err(WebhookError::Lookup(_))),
            "{verified:?}"
        );
    }
    plaid.is_up(true);
    plaid.takes_its_own().await.expect("Plaid's");
}

/// Whatever forgers do.
#[tokio::test]
async fn a_known_key_is_renewed_in_time() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.keys_live(Duration::ZERO);
    plaid.takes_its_own().await.expect("Plaid's");
    for n in 0..20 {
        let forged = plaid.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        let verified = plaid.verifier.verify(&forged, BODY).await;
        verified.expect_err("forged");
    }
    let before = plaid.lookups();
    plaid.takes_its_own().await.expect("Plaid's");
    assert_eq!(plaid.lookups(), before + 1);
    plaid.key_is(|key| key["expired_at"] = json!(now() - 1));
    let error = plaid.takes_its_own().await.expect_err("expired");
    assert!(matches!(error, WebhookError::ExpiredKey), "{error:?}");
}

#[tokio::test]
async fn a_known_key_is_good_while_plaid_cannot_be_asked() {
    for (expired_at, is_good) in [(json!(null), true), (json!(now() - 1), false)] {
        let mut plaid = KeyServer::start(|key| key["expired_at"] = expired_at).await;
        plaid.keys_live(Duration::ZERO);
        assert_eq!(plaid.takes_its_own().await.is_ok(), is_good);
        plaid.is_up(false);
        for _ in 0..3 {
            assert_eq!(plaid.takes_its_own().await.is_ok(), is_good);
        }
        assert_eq!(plaid.lookups(), 2, "a Plaid that is down is left alone");
    }
}

/// Plaid takes a key back: its name is worth no more than any other that nobody has.
#[tokio::test]
async fn a_key_that_is_gone_is_asked_for_as_any_unknown_one() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.keys_live(Duration::ZERO);
    plaid.takes_its_own().await.expect("Plaid's");
    plaid.key_is(|key| *key = Value::Null);
    for _ in 0..1_000 {
        let verified = plaid.takes_its_own().await;
        verified.expect_err("Plaid has no such key");
    }
    assert!(plaid.lookups() <= 10, "{}", plaid.lookups());
}

/// Plaid as far as it signs webhooks, and the verifier that asks it.
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

    /// Whether what it signs now is taken for Plaid's.
    async fn takes_its_own(&self) -> Result<(), WebhookError> {
        self.verifier.verify(&self.sign(BODY, 0), BODY).await
    }

    /// A verifier that asks about its keys so often.
    fn keys_live(&mut self, lifetime: Duration) {
        let client = client(&self.address);
        self.verifier = WebhookVerifier::new(client).key_lifetime(lifetime);
    }

    fn lookups(&self) -> usize {
        self.served.lookups.load(Ordering::SeqCst)
    }

    /// From now on it answers in its own language, or does not.
    fn is_up(&self, is_up: bool) {
        self.served.is_down.store(!is_up, Ordering::SeqCst);
    }

    /// From now on the key is this.
    fn key_is(&self, change: impl FnOnce(&mut Value)) {
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
