//! Tests of webhooks: content, signature and retries.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Plaid, text},
    receiver::{Received, Receiver},
};

const DAY: u64 = 24 * 60 * 60;

/// Creates an Item at this bank, with webhooks to the receiver, and returns its access token.
async fn item_at(plaid: &Plaid, institution_id: &str, receiver: &Receiver) -> String {
    let body = json!({
        "institution_id": institution_id,
        "initial_products": ["auth"],
        "options": { "webhook": receiver.url },
    });
    let created = plaid.call("/sandbox/public_token/create", body).await.ok();
    let body = json!({ "public_token": created["public_token"] });
    let exchanged = plaid.call("/item/public_token/exchange", body).await.ok();
    text(&exchanged["access_token"])
}

async fn item(plaid: &Plaid, receiver: &Receiver) -> String {
    item_at(plaid, "ins_109508", receiver).await
}

async fn fire(plaid: &Plaid, access_token: &str, kind: &str, code: &str) {
    let body = json!({ "access_token": access_token, "webhook_type": kind, "webhook_code": code });
    let fired = plaid.call("/sandbox/item/fire_webhook", body).await.ok();
    assert_eq!(fired["webhook_fired"], true);
}

/// Verifies the signature as a host does, without the age, and returns the payload.
async fn verify(plaid: &Plaid, received: &Received) -> Value {
    let parts: Vec<&str> = received.jwt.split('.').collect();
    let decoded = |part: &str| -> Value {
        serde_json::from_slice(&BASE64.decode(part).expect("base64")).expect("JSON")
    };
    let header = decoded(parts[0]);
    assert_eq!(header["alg"], "ES256");
    let answer = plaid
        .call(
            "/webhook_verification_key/get",
            json!({ "key_id": header["kid"] }),
        )
        .await
        .ok();
    let key = &answer["key"];
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(BASE64.decode(text(&key[coordinate])).expect("base64"));
    }
    let key = VerifyingKey::from_sec1_bytes(&point).expect("a key");
    let signature =
        Signature::from_slice(&BASE64.decode(parts[2]).expect("base64")).expect("a signature");
    let signed = format!("{}.{}", parts[0], parts[1]);
    key.verify(signed.as_bytes(), &signature)
        .expect("a valid signature");
    let payload = decoded(parts[1]);
    let hash: String = Sha256::digest(&received.bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(payload["request_body_sha256"], hash);
    payload
}

#[tokio::test]
async fn a_webhook_is_signed() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    // The receiver uses real time, not the emulator's clock.
    plaid.advance(DAY).await;
    plaid
        .call(
            "/sandbox/item/reset_login",
            json!({ "access_token": access_token }),
        )
        .await
        .ok();
    let received = receiver.next().await;
    let payload = verify(&plaid, &received).await;
    let age =
        time::OffsetDateTime::now_utc().unix_timestamp() - payload["iat"].as_i64().expect("a time");
    assert!((0..300).contains(&age), "{age}");
    assert!(
        received.bytes.starts_with(b"{\n  \""),
        "two spaces of indentation"
    );
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let plaid = Plaid::start().await;
    let answer = plaid
        .call(
            "/webhook_verification_key/get",
            json!({ "key_id": "nonsense" }),
        )
        .await;
    assert_eq!(answer.fails(400), "INVALID_WEBHOOK_VERIFICATION_KEY_ID");
}

#[tokio::test]
async fn a_reset_login_sends_an_error() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    plaid
        .call(
            "/sandbox/item/reset_login",
            json!({ "access_token": access_token }),
        )
        .await
        .ok();
    let body = receiver.next().await.body;
    let got = plaid
        .call("/item/get", json!({ "access_token": access_token }))
        .await
        .ok();
    assert_eq!(body["webhook_code"], "ERROR");
    assert_eq!(body["item_id"], got["item"]["item_id"]);
    assert_eq!(body["error"]["error_code"], "ITEM_LOGIN_REQUIRED");
    assert_eq!(body["error"]["status"], 400);
    assert_eq!(got["status"]["last_webhook"]["code_sent"], "ERROR");
}

#[tokio::test]
async fn a_refused_webhook_is_retried_after_thirty_seconds_and_two_minutes() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::answering(&[500, 204]).await;
    let access_token = item(&plaid, &receiver).await;
    fire(&plaid, &access_token, "ITEM", "LOGIN_REPAIRED").await;
    let first = receiver.next().await;
    settled(&plaid, 1).await;
    plaid.advance(30).await;
    let second = receiver.next().await;
    assert_eq!(first.bytes, second.bytes);
    settled(&plaid, 2).await;
    plaid.advance(120).await;
    receiver.next().await;
    let attempts = settled(&plaid, 3).await;
    let seen: Vec<(u64, u64)> = attempts
        .iter()
        .map(|attempt| {
            (
                attempt["attempt"].as_u64().expect("a number"),
                attempt["status"].as_u64().expect("a status"),
            )
        })
        .collect();
    assert_eq!(seen, [(1, 500), (2, 204), (3, 200)]);
}

/// Waits until this number of attempts is complete.
async fn settled(plaid: &Plaid, count: usize) -> Vec<Value> {
    loop {
        let url = format!("{}/emulator/webhooks", plaid.emulator.url());
        let log: Value = plaid
            .http
            .get(url)
            .send()
            .await
            .expect("a response")
            .json()
            .await
            .expect("JSON");
        let attempts = log["attempts"].as_array().expect("attempts");
        if attempts.len() >= count {
            return attempts.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn webhooks_can_be_held_copied_and_reversed() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    plaid
        .control("webhooks", json!({ "hold": true, "copies": 2 }))
        .await;
    fire(&plaid, &access_token, "ITEM", "ERROR").await;
    fire(&plaid, &access_token, "ITEM", "LOGIN_REPAIRED").await;
    plaid.control("webhooks", json!({ "reverse": true })).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(receiver.next_code().await);
    }
    assert_eq!(
        codes,
        [
            "ITEM/LOGIN_REPAIRED",
            "ITEM/LOGIN_REPAIRED",
            "ITEM/ERROR",
            "ITEM/ERROR"
        ]
    );
}

#[tokio::test]
async fn a_fired_webhook_changes_the_item() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    let body = json!({ "access_token": access_token });
    let error = async || {
        plaid.call("/item/get", body.clone()).await.ok()["item"]["error"]["error_code"].clone()
    };
    let rows = [
        ("ERROR", json!("ITEM_LOGIN_REQUIRED")),
        ("LOGIN_REPAIRED", Value::Null),
        ("NEW_ACCOUNTS_AVAILABLE", Value::Null),
        ("USER_ACCOUNT_REVOKED", Value::Null),
        ("USER_PERMISSION_REVOKED", json!("USER_PERMISSION_REVOKED")),
    ];
    for (code, expected) in rows {
        fire(&plaid, &access_token, "ITEM", code).await;
        assert_eq!(receiver.next_code().await, format!("ITEM/{code}"));
        assert_eq!(error().await, expected, "{code}");
    }
}

#[tokio::test]
async fn an_announced_disconnect_follows_after_seven_days() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    fire(&plaid, &access_token, "ITEM", "PENDING_DISCONNECT").await;
    assert_eq!(
        receiver.next().await.body["reason"],
        "INSTITUTION_MIGRATION"
    );
    plaid
        .call("/accounts/get", json!({ "access_token": access_token }))
        .await
        .ok();
    plaid.advance(7 * DAY).await;
    assert_eq!(receiver.next_code().await, "ITEM/ERROR");
    let answer = plaid
        .call("/accounts/get", json!({ "access_token": access_token }))
        .await;
    assert_eq!(answer.fails(400), "ITEM_LOGIN_REQUIRED");
}

#[tokio::test]
async fn a_revoked_account_is_not_listed() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = item(&plaid, &receiver).await;
    fire(&plaid, &access_token, "ITEM", "USER_ACCOUNT_REVOKED").await;
    let revoked = receiver.next().await.body["account_id"].clone();
    let got = plaid
        .call("/accounts/get", json!({ "access_token": access_token }))
        .await
        .ok();
    let accounts = got["accounts"].as_array().expect("accounts");
    assert_eq!(accounts.len(), 13);
    assert!(
        accounts
            .iter()
            .all(|account| account["account_id"] != revoked)
    );
}

/// Each row: bank, day of the announcement, its webhook, day of the end.
#[tokio::test]
async fn the_end_of_a_consent_is_announced() {
    let rows = [
        ("ins_117650", 173, "ITEM/PENDING_EXPIRATION", 180),
        ("ins_128026", 358, "ITEM/PENDING_DISCONNECT", 365),
    ];
    for (institution, announced, code, ends) in rows {
        let plaid = Plaid::start().await;
        let mut receiver = Receiver::start().await;
        let access_token = item_at(&plaid, institution, &receiver).await;
        let body = json!({ "access_token": access_token });
        let got = plaid.call("/item/get", body.clone()).await.ok();
        assert!(
            got["item"]["consent_expiration_time"].is_string(),
            "{institution}"
        );
        plaid.advance(announced * DAY).await;
        assert_eq!(receiver.next_code().await, code);
        plaid.call("/accounts/get", body.clone()).await.ok();
        plaid.advance((ends - announced) * DAY).await;
        assert_eq!(
            receiver.next().await.body["error"]["error_code_reason"],
            "OAUTH_CONSENT_EXPIRED"
        );
        assert_eq!(
            plaid.call("/accounts/get", body).await.fails(400),
            "ITEM_LOGIN_REQUIRED"
        );
    }
}

#[tokio::test]
async fn an_expired_login_sends_a_webhook() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    item(&plaid, &receiver).await;
    plaid.advance(30 * DAY).await;
    assert_eq!(receiver.next_code().await, "ITEM/ERROR");
}

#[tokio::test]
async fn the_webhook_url_can_be_changed() {
    let plaid = Plaid::start().await;
    let mut receiver = Receiver::start().await;
    let access_token = plaid.access_token().await;
    let body = json!({ "access_token": access_token, "webhook": receiver.url });
    let got = plaid.call("/item/webhook/update", body).await.ok();
    assert_eq!(got["item"]["webhook"], receiver.url);
    let body = receiver.next().await.body;
    assert_eq!(body["webhook_code"], "WEBHOOK_UPDATE_ACKNOWLEDGED");
    assert_eq!(body["new_webhook_url"], receiver.url);
}

#[tokio::test]
async fn an_impossible_webhook_is_refused() {
    let plaid = Plaid::start().await;
    let receiver = Receiver::start().await;
    let without_webhook = plaid.access_token().await;
    let with_webhook = item(&plaid, &receiver).await;
    let rows = [
        (&without_webhook, "ITEM", "ERROR", "SANDBOX_WEBHOOK_INVALID"),
        (
            &with_webhook,
            "ASSETS",
            "PRODUCT_READY",
            "SANDBOX_WEBHOOK_INVALID",
        ),
        (
            &with_webhook,
            "TRANSACTIONS",
            "SYNC_UPDATES_AVAILABLE",
            "SANDBOX_PRODUCT_NOT_ENABLED",
        ),
        (
            &with_webhook,
            "TRANSACTIONS",
            "RECURRING_TRANSACTIONS_UPDATE",
            "SANDBOX_PRODUCT_NOT_ENABLED",
        ),
        (&with_webhook, "ITEM", "NONSENSE", "INVALID_FIELD"),
    ];
    for (access_token, kind, code, expected) in rows {
        let body =
            json!({ "access_token": access_token, "webhook_type": kind, "webhook_code": code });
        assert_eq!(
            plaid
                .call("/sandbox/item/fire_webhook", body)
                .await
                .fails(400),
            expected,
            "{kind}/{code}"
        );
    }
}
