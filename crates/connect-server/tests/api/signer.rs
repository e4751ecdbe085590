//! The signatures of webhooks.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Signs webhooks as Plaid does.
pub(crate) struct Signer {
    key: EncodingKey,
    public: Value,
}

impl Default for Signer {
    /// Creates a signer with a new key.
    fn default() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document =
            EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).expect("a key");
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let public = json!({
            "alg": "ES256", "crv": "P-256", "kid": "key-1", "kty": "EC", "use": "sig",
            "x": BASE64_URL_SAFE_NO_PAD.encode(x), "y": BASE64_URL_SAFE_NO_PAD.encode(y),
            "created_at": 1_600_000_000, "expired_at": null,
        });
        Self {
            key: EncodingKey::from_ec_der(document.as_ref()),
            public,
        }
    }
}

impl Signer {
    /// Returns the answer of `/webhook_verification_key/get`.
    pub(crate) fn public(&self) -> Value {
        json!({ "key": self.public, "request_id": "plaid-3" })
    }

    /// Signs a body, as of some seconds ago. Another age makes another signature.
    pub(crate) fn sign(&self, body: &str, age: i64) -> String {
        self.sign_as("key-1", body, age)
    }

    /// Signs a body with a key of another name.
    pub(crate) fn sign_as(&self, name: &str, body: &str, age: i64) -> String {
        let header = Header {
            kid: Some(name.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let issued = time::OffsetDateTime::now_utc().unix_timestamp() - age;
        let claims = json!({ "iat": issued, "request_body_sha256": hash });
        encode(&header, &claims, &self.key).expect("a JWT")
    }
}
