//! The key that webhooks are signed with.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// An ES256 key of this process: made by chance, so that no receiver's cache mistakes it for another's.
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
        // Hardly any 32 bytes are no key.
        let secret = std::iter::repeat_with(rand::random::<[u8; 32]>)
            .find_map(|bytes| SigningKey::from_slice(&bytes).ok());
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            created_at: OffsetDateTime::now_utc(),
            secret: secret.expect("the iterator has no end"),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as `/webhook_verification_key/get` shows it.
    pub(crate) fn public(&self) -> Value {
        // One byte that says "both coordinates", then 32 bytes each.
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

    /// The JWT that goes with a body, in the header `Plaid-Verification`.
    ///
    /// It is issued in real time, whatever the emulator's clock says: its receiver lives in real time.
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
