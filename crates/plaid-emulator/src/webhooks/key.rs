//! The signing key of the webhooks.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// An ES256 key. It is random, so that a receiver's cache never confuses two processes.
pub(crate) struct WebhookKey {
    id: String,
    created_at: OffsetDateTime,
    secret: SigningKey,
}

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl WebhookKey {
    pub(super) fn new() -> Self {
        // Almost every 32 bytes are a valid key.
        let secret = std::iter::repeat_with(rand::random::<[u8; 32]>)
            .find_map(|bytes| SigningKey::from_slice(&bytes).ok());
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            created_at: OffsetDateTime::now_utc(),
            secret: secret.expect("the iterator is infinite"),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public key, as `/webhook_verification_key/get` returns it.
    pub(crate) fn public(&self) -> Value {
        // One byte for the uncompressed form, then 32 bytes for each coordinate.
        let point = self.secret.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        json!({
            "alg": "ES256",
            "crv": "P-256",
            "kid": self.id,
            "kty": "EC",
            "use": "sig",
            "x": BASE64.encode(x),
            "y": BASE64.encode(y),
            "created_at": self.created_at.unix_timestamp(),
            "expired_at": null,
        })
    }

    /// Signs a body and returns the JWT for the header `Plaid-Verification`.
    ///
    /// The JWT is issued in real time, not by the emulator's clock, because the receiver uses real time.
    pub(super) fn sign(&self, body: &str) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "JWT" });
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let payload = json!({
            "iat": OffsetDateTime::now_utc().unix_timestamp(),
            "request_body_sha256": hash,
        });
        let part = |value: &Value| BASE64.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&payload));
        let signature: Signature = self.secret.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64.encode(signature.to_bytes()))
    }
}
