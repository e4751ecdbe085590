//! The signature of a webhook: a JWT that has the digest of the body.

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use super::error::WebhookError;

/// The largest age of a signature, and the largest difference to a clock that is ahead.
const MAX_AGE_SECONDS: u64 = 5 * 60;

/// The content of a signature that may be forged.
#[derive(Debug)]
pub(super) struct Unverified {
    /// The id of the key.
    pub(super) kid: String,
    body_sha256: String,
}

#[derive(Deserialize)]
struct Claims {
    iat: i64,
    request_body_sha256: String,
}

impl Unverified {
    /// Reads a signature, and checks its shape and age.
    pub(super) fn read(signature: &str) -> Result<Self, WebhookError> {
        let header = decode_header(signature).map_err(|_| WebhookError::NotSigned)?;
        let kid = header.kid.filter(|kid| is_plausible(kid));
        let kid = kid.ok_or(WebhookError::NotSigned)?;
        if header.alg != Algorithm::ES256 {
            return Err(WebhookError::NotSigned);
        }
        let claims: Claims =
            insecure_decode_claims(signature).map_err(|_| WebhookError::NotSigned)?;
        if OffsetDateTime::now_utc()
            .unix_timestamp()
            .abs_diff(claims.iat)
            > MAX_AGE_SECONDS
        {
            return Err(WebhookError::Stale);
        }
        Ok(Self {
            kid,
            body_sha256: claims.request_body_sha256,
        })
    }

    /// Checks that the signature is about this body.
    pub(super) fn check_body(&self, body: &[u8]) -> Result<(), WebhookError> {
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let is_equal = hash.as_bytes().ct_eq(self.body_sha256.as_bytes());
        if bool::from(is_equal) {
            Ok(())
        } else {
            Err(WebhookError::OtherBody)
        }
    }
}

/// Verifies a signature with a key.
pub(super) fn verify(signature: &str, key: &DecodingKey) -> Result<(), WebhookError> {
    // Plaid sends no `exp`: `Unverified::read` checks the age.
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let verified = decode::<Claims>(signature, key, &validation);
    verified.map(drop).map_err(|_| WebhookError::NotSigned)
}

/// Whether the id can be one of Plaid's, which are UUIDs.
fn is_plausible(kid: &str) -> bool {
    (1..=64).contains(&kid.len())
        && kid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
