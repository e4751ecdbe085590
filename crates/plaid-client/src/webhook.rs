//! The verification of webhooks: signature, age and body.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use crate::{Error, PlaidClient};

/// The request header of the signature.
pub const WEBHOOK_SIGNATURE: &str = "plaid-verification";

/// The largest age of a signature, and the largest difference to a clock that is ahead.
const MAX_AGE_SECONDS: u64 = 5 * 60;

/// A cached key is renewed after this time.
const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// If Plaid cannot be reached, the renewal of a key is retried after this time.
const RENEWAL_RETRY: Duration = Duration::from_secs(60);

/// The number of lookups of unknown keys that the budget allows at once.
///
/// Key ids come from the sender, so without a limit forged webhooks could cause any number of calls.
const LOOKUPS: u32 = 8;
/// The budget gains one lookup per this time.
const LOOKUP_EVERY: Duration = Duration::from_secs(60);

/// A verifier of webhooks. It caches Plaid's keys, so a process needs only one.
#[derive(Debug)]
pub struct WebhookVerifier {
    plaid: PlaidClient,
    keys: Mutex<HashMap<String, Key>>,
    key_lifetime: Duration,
    budget: Mutex<Budget>,
    /// Allows one lookup at a time. Tasks that wait find the key of the first lookup in the cache.
    lookup: tokio::sync::Mutex<()>,
}

impl WebhookVerifier {
    /// Creates a verifier that fetches keys with this client.
    #[must_use]
    pub fn new(plaid: PlaidClient) -> Self {
        let budget = Budget {
            left: LOOKUPS,
            since: Instant::now(),
        };
        Self {
            plaid,
            keys: Mutex::default(),
            key_lifetime: KEY_LIFETIME,
            budget: Mutex::new(budget),
            lookup: tokio::sync::Mutex::default(),
        }
    }

    /// Sets the time after which a cached key is renewed. The default is one day.
    #[must_use]
    pub fn key_lifetime(mut self, lifetime: Duration) -> Self {
        self.key_lifetime = lifetime;
        self
    }

    /// Verifies a signature, the value of [`WEBHOOK_SIGNATURE`], against the unchanged bytes of the body.
    ///
    /// # Errors
    ///
    /// The reason, as [`WebhookError`]. Only with [`WebhookError::Lookup`] can the webhook still be valid.
    pub async fn verify(&self, signature: &str, body: &[u8]) -> Result<(), WebhookError> {
        let header = decode_header(signature).map_err(|_| WebhookError::NotSigned)?;
        let kid = header
            .kid
            .filter(|kid| is_plausible(kid))
            .ok_or(WebhookError::NotSigned)?;
        if header.alg != Algorithm::ES256 {
            return Err(WebhookError::NotSigned);
        }
        let key = self.key(&kid).await?;
        let claims = decode::<Claims>(signature, &key, &only_es256());
        let claims = claims.map_err(|_| WebhookError::NotSigned)?.claims;
        if now().abs_diff(claims.iat) > MAX_AGE_SECONDS {
            return Err(WebhookError::Stale);
        }
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let is_equal = hash.as_bytes().ct_eq(claims.request_body_sha256.as_bytes());
        if bool::from(is_equal) {
            Ok(())
        } else {
            Err(WebhookError::OtherBody)
        }
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, WebhookError> {
        if let Some(key) = self.cached(kid).filter(Key::is_fresh) {
            return key.unexpired();
        }
        let _guard = self.lookup.lock().await;
        let key = match self.cached(kid) {
            Some(key) if key.is_fresh() => return key.unexpired(),
            Some(key) => self.renewed(kid, key).await?,
            None => self.new_key(kid).await?,
        };
        lock(&self.keys).insert(kid.to_owned(), key.clone());
        key.unexpired()
    }

    fn cached(&self, kid: &str) -> Option<Key> {
        lock(&self.keys).get(kid).cloned()
    }

    /// Renews a cached key. The key stays valid while Plaid cannot be reached.
    async fn renewed(&self, kid: &str, key: Key) -> Result<Key, WebhookError> {
        match self.look_up(kid).await {
            Err(WebhookError::Lookup(error)) => {
                tracing::warn!(%error, "webhook key renewal failed");
                let fresh_until = Instant::now() + RENEWAL_RETRY;
                Ok(Key { fresh_until, ..key })
            }
            Err(error) => {
                lock(&self.keys).remove(kid);
                Err(error)
            }
            renewed => renewed,
        }
    }

    /// Fetches an unknown key, within the budget.
    async fn new_key(&self, kid: &str) -> Result<Key, WebhookError> {
        if !lock(&self.budget).take(Instant::now()) {
            return Err(WebhookError::TooManyKeys);
        }
        let key = self.look_up(kid).await;
        if matches!(&key, Err(WebhookError::Lookup(error)) if error.plaid().is_none()) {
            // Plaid did not respond, so the key can be valid: the lookup does not count.
            lock(&self.budget).left += 1;
        }
        key
    }

    async fn look_up(&self, kid: &str) -> Result<Key, WebhookError> {
        let request = json!({ "key_id": kid });
        let result = self
            .plaid
            .call::<KeyResponse>("/webhook_verification_key/get", &request)
            .await;
        let key = match result {
            Ok(response) => response.key,
            Err(error) if error.code() == Some("INVALID_WEBHOOK_VERIFICATION_KEY_ID") => {
                return Err(WebhookError::UnknownKey);
            }
            Err(error) => return Err(WebhookError::Lookup(error)),
        };
        if (&*key.alg, &*key.kty, &*key.crv, &*key.kid) != ("ES256", "EC", "P-256", kid) {
            return Err(WebhookError::UnknownKey);
        }
        let decoding = DecodingKey::from_ec_components(&key.x, &key.y);
        Ok(Key {
            decoding: decoding.map_err(|_| WebhookError::UnknownKey)?,
            expired_at: key.expired_at,
            fresh_until: Instant::now() + self.key_lifetime,
        })
    }
}

/// The reason why a webhook is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signature is missing, not ES256, or invalid.
    #[error("the webhook has no valid ES256 signature")]
    NotSigned,
    /// Plaid does not have the key.
    #[error("the webhook is signed with a key that Plaid does not know")]
    UnknownKey,
    /// The key has expired.
    #[error("the webhook is signed with a key that has expired")]
    ExpiredKey,
    /// The budget for unknown keys is used up.
    #[error("too many webhooks have unknown keys: this one was not verified")]
    TooManyKeys,
    /// The signature is more than five minutes old, or its time is in the future.
    #[error(
        "the webhook's signature is more than five minutes old, or in the future: check this machine's clock"
    )]
    Stale,
    /// The body is not the signed one.
    #[error("the webhook's body is not the signed one")]
    OtherBody,
    /// The key could not be fetched from Plaid.
    #[error("the key of the webhook could not be fetched")]
    Lookup(#[source] Error),
}

#[derive(Deserialize)]
struct Claims {
    iat: i64,
    request_body_sha256: String,
}

#[derive(Deserialize)]
struct KeyResponse {
    key: JsonKey,
}

#[derive(Deserialize)]
struct JsonKey {
    alg: String,
    crv: String,
    kid: String,
    kty: String,
    x: String,
    y: String,
    #[serde(default)]
    expired_at: Option<i64>,
}

#[derive(Clone)]
struct Key {
    decoding: DecodingKey,
    expired_at: Option<i64>,
    fresh_until: Instant,
}

impl Key {
    fn is_fresh(&self) -> bool {
        Instant::now() < self.fresh_until
    }

    fn unexpired(self) -> Result<DecodingKey, WebhookError> {
        match self.expired_at {
            Some(expired) if expired <= now() => Err(WebhookError::ExpiredKey),
            _ => Ok(self.decoding),
        }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("expired_at", &self.expired_at)
            .finish_non_exhaustive()
    }
}

/// The budget of lookups of unknown keys, a token bucket.
#[derive(Debug)]
struct Budget {
    left: u32,
    since: Instant,
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        let earned = now.duration_since(self.since).as_secs() / LOOKUP_EVERY.as_secs();
        if let Ok(earned @ 1..) = u32::try_from(earned) {
            self.left = self.left.saturating_add(earned).min(LOOKUPS);
            self.since = now;
        }
        let is_allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_allowed
    }
}

/// Requires ES256. Plaid sends no `exp`, so the age is checked separately.
fn only_es256() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation
}

/// Whether the id can be one of Plaid's, which are UUIDs.
fn is_plausible(kid: &str) -> bool {
    (1..=64).contains(&kid.len())
        && kid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_used_up_and_refilled() {
        let start = Instant::now();
        let mut budget = Budget {
            left: LOOKUPS,
            since: start,
        };
        for _ in 0..LOOKUPS {
            assert!(budget.take(start));
        }
        assert!(!budget.take(start + LOOKUP_EVERY - Duration::from_millis(1)));
        assert!(budget.take(start + LOOKUP_EVERY));
        assert!(!budget.take(start + LOOKUP_EVERY));
        let later = start + LOOKUP_EVERY * 1000;
        assert_eq!(
            (0..20).filter(|_| budget.take(later)).count(),
            LOOKUPS as usize
        );
    }
}
