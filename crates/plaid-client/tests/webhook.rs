//! Tests of the verification of webhooks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use plaid_client::{
    Error, KeyStore, PlaidClient, Precheck, Secret, WebhookError, WebhookKey, WebhookVerifier,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

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
        ("kid", "other"),
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
    plaid.verify_own().await.expect("a valid webhook");
    for n in 0..5_000 {
        let with_plaids_id = other.sign(BODY, 0);
        let error = plaid.verifier.verify(&with_plaids_id, BODY).await;
        assert!(matches!(error, Err(WebhookError::NotSigned)), "{error:?}");
        let with_a_new_id = other.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        let error = plaid.verifier.verify(&with_a_new_id, BODY).await;
        let error = error.expect_err("forged");
        let is_refused = matches!(
            error,
            WebhookError::UnknownKey | WebhookError::TooManyKeys(_)
        );
        assert!(is_refused, "{error:?}");
    }
    assert!(plaid.lookups() < 500, "{}", plaid.lookups());
    plaid
        .verify_own()
        .await
        .expect("the cached key is still valid");
}

/// Plaid repeats a webhook, and a forger does not know the id of its key.
#[tokio::test]
async fn forged_ids_do_not_prevent_the_lookup_of_a_new_key() {
    let plaid = KeyServer::start(|_| {}).await;
    let forge = async |n: u32| {
        let forged = plaid.sign_as(Some(&format!("forged-{n}")), BODY, 0);
        plaid
            .verifier
            .verify(&forged, BODY)
            .await
            .expect_err("forged")
    };
    let is_used_up = |error: &WebhookError| matches!(error, WebhookError::TooManyKeys(_));
    let mut attempt = 0;
    while !is_used_up(&forge(attempt).await) {
        attempt += 1;
    }
    let first = plaid.verify_own().await;
    let is_temporary = first.as_ref().err().is_none_or(WebhookError::is_temporary);
    assert!(is_temporary, "Plaid repeats it: {first:?}");
    for n in 0..200 {
        forge(attempt + n).await;
    }
    plaid.verify_own().await.expect("a valid webhook");
}

#[tokio::test]
async fn a_webhook_that_cannot_be_plaids_causes_no_lookup() {
    let plaid = KeyServer::start(|_| {}).await;
    for (signature, body) in [
        (plaid.sign(BODY, -400), BODY),
        (plaid.sign(BODY, 400), BODY),
        (plaid.sign(BODY, 0), b"other"),
    ] {
        let verified = plaid.verifier.verify(&signature, body).await;
        verified.expect_err("not Plaid's");
    }
    assert_eq!(plaid.lookups(), 0);
}

/// A server that reads the body first can be made to hold many.
#[tokio::test]
async fn a_signature_is_checked_before_the_body_is_read() {
    let plaid = KeyServer::start(|_| {}).await;
    let other = KeyServer::start(|_| {}).await;
    let check = async |signature: &str| plaid.verifier.precheck(signature).await;
    let own = plaid.sign(BODY, 0);
    assert_eq!(check(&own).await.expect("a key"), Precheck::KeyNotKnown);
    assert_eq!(plaid.lookups(), 0);
    plaid.verify_own().await.expect("a valid webhook");
    assert_eq!(check(&own).await.expect("a key"), Precheck::Signed);
    for signature in ["forged", &other.sign(BODY, 0)] {
        let error = check(signature).await.expect_err("forged");
        assert!(matches!(error, WebhookError::NotSigned), "{error:?}");
    }
    let forged = plaid.sign_as(Some("forged"), BODY, 0);
    plaid
        .verifier
        .verify(&forged, BODY)
        .await
        .expect_err("forged");
    let error = check(&forged).await.expect_err("forged");
    assert!(matches!(error, WebhookError::UnknownKey), "{error:?}");
    assert_eq!(plaid.lookups(), 2);
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

#[tokio::test]
async fn a_failed_lookup_is_reported_and_can_be_retried() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid.set_up(false);
    for _ in 0..20 {
        let verified = plaid.verify_own().await;
        let error = verified.expect_err("no key");
        assert!(matches!(error, WebhookError::Lookup(_)), "{error:?}");
        assert!(error.is_temporary());
    }
    plaid.set_up(true);
    plaid.verify_own().await.expect("a valid webhook");
}

#[tokio::test]
async fn lookups_of_different_ids_do_not_wait_for_each_other() {
    let plaid = Arc::new(KeyServer::start(|_| {}).await);
    plaid.set_answering(false);
    let lookups: Vec<_> = ["key-1", "key-2", "key-3"]
        .map(|kid| {
            let plaid = plaid.clone();
            tokio::spawn(async move {
                let signature = plaid.sign_as(Some(kid), BODY, 0);
                plaid.verifier.verify(&signature, BODY).await
            })
        })
        .into();
    plaid.wait_for_lookups(3).await;
    plaid.set_answering(true);
    for lookup in lookups {
        let _ = lookup.await.expect("an end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lookup_has_a_deadline() {
    let plaid = KeyServer::start(|_| {}).await;
    plaid.set_answering(false);
    match plaid.verify_own().await {
        Err(WebhookError::Lookup(error)) => assert!(
            matches!(*error, Error::Timeout { deadline, .. } if deadline.as_secs() == 5),
            "{error}"
        ),
        verified => panic!("{verified:?}"),
    }
}

#[tokio::test]
async fn a_known_key_needs_no_lookup_however_slow_plaid_is() {
    for age in [0, 2] {
        let mut plaid = KeyServer::start(|_| {}).await;
        plaid.restart_with(age);
        plaid.set_answering(false);
        plaid.verify_own().await.expect("a valid webhook");
        plaid.wait_for_lookups(age.min(1)).await;
        plaid.verify_own().await.expect("a valid webhook");
        assert_eq!(plaid.lookups(), age.min(1), "one renewal at a time");
    }
}

#[tokio::test]
async fn a_fetched_key_is_kept() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.restart_without_keys();
    plaid.verify_own().await.expect("a valid webhook");
    let kept = plaid.kept.keys.lock().expect("keys").clone();
    assert_eq!(kept.len(), 1);
    plaid.restart_from(kept);
    plaid.verify_own().await.expect("a valid webhook");
    assert_eq!(plaid.lookups(), 1);
}

#[tokio::test]
async fn a_key_of_a_day_is_renewed_in_the_background() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.restart_with(2);
    plaid.change_key(|key| key["expired_at"] = json!(now() - 1));
    plaid.verify_own().await.expect("a valid webhook");
    plaid
        .wait_for_error(|error| matches!(error, WebhookError::ExpiredKey))
        .await;
    assert_eq!(plaid.lookups(), 1);
}

#[tokio::test]
async fn a_key_of_a_week_is_fetched_before_it_is_used() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.restart_with(8);
    plaid.set_up(false);
    let error = plaid.verify_own().await.expect_err("no key");
    assert!(matches!(error, WebhookError::Lookup(_)), "{error:?}");
    plaid.set_up(true);
    plaid.verify_own().await.expect("a valid webhook");
    plaid.verify_own().await.expect("a valid webhook");
    assert_eq!(plaid.lookups(), 2);
}

/// Plaid has rotated its keys.
#[tokio::test]
async fn a_new_key_renews_the_other_ones() {
    let mut plaid = KeyServer::start(|_| {}).await;
    plaid.restart_with(0);
    plaid.change_key(|key| key["kid"] = json!("key-2"));
    let signature = plaid.sign_as(Some("key-2"), BODY, 0);
    plaid
        .verifier
        .verify(&signature, BODY)
        .await
        .expect("a valid webhook");
    plaid.verify_own().await.expect("a valid webhook");
    plaid
        .wait_for_error(|error| matches!(error, WebhookError::UnknownKey))
        .await;
    assert_eq!(*plaid.kept.forgotten.lock().expect("ids"), ["key-1"]);
}

/// A server of Plaid's webhook keys, and a verifier that uses it.
struct KeyServer {
    verifier: WebhookVerifier,
    pair: EcdsaKeyPair,
    pem: EncodingKey,
    served: Arc<Served>,
    kept: Arc<Kept>,
    address: String,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Served {
    key: Mutex<Value>,
    lookups: AtomicUsize,
    is_down: AtomicBool,
    is_silent: AtomicBool,
}

/// What the verifier has stored.
#[derive(Debug, Default)]
struct Kept {
    keys: Mutex<Vec<WebhookKey>>,
    forgotten: Mutex<Vec<String>>,
}

#[derive(Debug)]
struct TestStore(Arc<Kept>);

impl KeyStore for TestStore {
    fn keep(&self, key: WebhookKey) {
        self.0.keys.lock().expect("keys").push(key);
    }

    fn forget(&self, kid: &str) {
        self.0.forgotten.lock().expect("ids").push(kid.to_owned());
    }
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
            kept: Arc::default(),
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

    /// Replaces the verifier with one that has fetched Plaid's key some days ago.
    fn restart_with(&mut self, age: usize) {
        let days = time::Duration::days(i64::try_from(age).expect("days"));
        let key = self.served.key.lock().expect("a key").clone();
        let text = |field: &str| key[field].as_str().expect("text").to_owned();
        self.restart_from(vec![WebhookKey {
            kid: text("kid"),
            x: text("x"),
            y: text("y"),
            expired_at: None,
            fetched_at: OffsetDateTime::now_utc() - days,
        }]);
    }

    fn restart_without_keys(&mut self) {
        self.restart_from(Vec::new());
    }

    fn restart_from(&mut self, known: Vec<WebhookKey>) {
        let store = TestStore(self.kept.clone());
        self.verifier = WebhookVerifier::with_store(client(&self.address), known, store);
    }

    /// Waits until Plaid was asked for keys this many times.
    async fn wait_for_lookups(&self, lookups: usize) {
        wait_until(async || self.lookups() >= lookups).await;
    }

    /// Waits until a newly signed webhook is refused, when a renewal in the background has ended.
    async fn wait_for_error(&self, is_expected: impl Fn(&WebhookError) -> bool) {
        wait_until(async || {
            self.verify_own()
                .await
                .is_err_and(|error| is_expected(&error))
        })
        .await;
    }

    fn lookups(&self) -> usize {
        self.served.lookups.load(Ordering::SeqCst)
    }

    /// Starts or stops responding.
    fn set_up(&self, is_up: bool) {
        self.served.is_down.store(!is_up, Ordering::SeqCst);
    }

    /// Answers lookups, or keeps them waiting.
    fn set_answering(&self, is_answering: bool) {
        self.served.is_silent.store(!is_answering, Ordering::SeqCst);
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

/// Waits until a condition holds, and panics after 30 seconds.
async fn wait_until(mut condition: impl AsyncFnMut() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    let held = tokio::time::timeout(std::time::Duration::from_secs(30), holds).await;
    held.expect("the condition holds in time");
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
    while served.is_silent.load(Ordering::SeqCst) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    if served.is_down.load(Ordering::SeqCst) {
        return (StatusCode::BAD_GATEWAY, Json(Value::Null));
    }
    let key = served.key.lock().expect("a key").clone();
    if key != Value::Null && (request["key_id"] == key["kid"] || key["kid"] == "other") {
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
    OffsetDateTime::now_utc().unix_timestamp()
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
