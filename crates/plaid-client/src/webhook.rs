//! Whether a webhook is Plaid's: its signature, its age, and that its body is the one that was signed.

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

/// The request header that the signature is in.
pub const WEBHOOK_SIGNATURE: &str = "plaid-verification";

/// How old a signature may be, and how far ahead the signer's clock.
const MAX_AGE_SECONDS: u64 = 5 * 60;

/// How long a key is trusted before Plaid is asked again whether it has expired, and how long when it did not answer.
const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const KEY_REPRIEVE: Duration = Duration::from_secs(60);

/// How many unknown keys may be asked for at once, and how long until one more may be: whoever forges signatures chooses
/// the names of their keys, and shall not choose how often we call.
const LOOKUPS: u32 = 8;
const LOOKUP_EVERY: Duration = Duration::from_secs(60);

/// Tells Plaid's webhooks from forged ones. Keeps Plaid's keys, so make one and share it.
#[derive(Debug)]
pub struct WebhookVerifier {
    plaid: PlaidClient,
    keys: Mutex<HashMap<String, Key>>,
    key_lifetime: Duration,
    budget: Mutex<Budget>,
    /// One lookup at a time: those who wait find the key that the first one brought.
    looking: tokio::sync::Mutex<()>,
}

impl WebhookVerifier {
    /// A verifier that asks this client for keys.
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
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// Trusts a key for so long, a day unless told, before it asks Plaid whether the key has expired.
    #[must_use]
    pub fn key_lifetime(mut self, lifetime: Duration) -> Self {
        self.key_lifetime = lifetime;
        self
    }

    /// Checks a signature, the value of [`WEBHOOK_SIGNATURE`], against the body as it came, byte for byte.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] says what is wrong. Only with [`WebhookError::Lookup`] may the webhook be Plaid's all the same.
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
        let signed = decode::<Signed>(signature, &key, &only_es256());
        let signed = signed.map_err(|_| WebhookError::NotSigned)?.claims;
        if now().abs_diff(signed.iat) > MAX_AGE_SECONDS {
            return Err(WebhookError::Stale);
        }
        let hash: String = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let same = hash.as_bytes().ct_eq(signed.request_body_sha256.as_bytes());
        if bool::from(same) {
            Ok(())
        } else {
            Err(WebhookError::OtherBody)
        }
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, WebhookError> {
        if let Some(key) = self.known(kid).filter(Key::is_fresh) {
            return key.usable();
        }
        let _alone = self.looking.lock().await;
        let key = match self.known(kid) {
            Some(key) if key.is_fresh() => return key.usable(),
            Some(key) => self.renewed(kid, key).await?,
            None => self.new_key(kid).await?,
        };
        lock(&self.keys).insert(kid.to_owned(), key.clone());
        key.usable()
    }

    fn known(&self, kid: &str) -> Option<Key> {
        lock(&self.keys).get(kid).cloned()
    }

    /// A key that Plaid once gave: it is Plaid's also while Plaid cannot be asked.
    async fn renewed(&self, kid: &str, key: Key) -> Result<Key, WebhookError> {
        match self.look_up(kid).await {
            Err(WebhookError::Lookup(error)) => {
                tracing::warn!(%error, "a webhook key could not be renewed");
                let fresh_until = Instant::now() + KEY_REPRIEVE;
                Ok(Key { fresh_until, ..key })
            }
            Err(gone) => {
                lock(&self.keys).remove(kid);
                Err(gone)
            }
            renewed => renewed,
        }
    }

    /// A key that nobody named before.
    async fn new_key(&self, kid: &str) -> Result<Key, WebhookError> {
        if !lock(&self.budget).take(Instant::now()) {
            return Err(WebhookError::TooManyKeys);
        }
        let key = self.look_up(kid).await;
        if matches!(&key, Err(WebhookError::Lookup(error)) if error.plaid().is_none()) {
            // Plaid did not hear of it: the one who signed may be Plaid.
            lock(&self.budget).left += 1;
        }
        key
    }

    async fn look_up(&self, kid: &str) -> Result<Key, WebhookError> {
        let request = json!({ "key_id": kid });
        let answer = self
            .plaid
            .call::<KeyAnswer>("/webhook_verification_key/get", &request)
            .await;
        let key = match answer {
            Ok(answer) => answer.key,
            Err(error) if error.code() == Some("INVALID_WEBHOOK_VERIFICATION_KEY_ID") => {
                return Err(WebhookError::UnknownKey);
            }
            Err(error) => return Err(WebhookError::Lookup(error)),
        };
        if (&*key.alg, &*key.kty, &*key.crv, &*key.kid) != ("ES256", "EC", "P-256", kid) {
            return Err(WebhookError::UnknownKey);
        }
        let verifying = DecodingKey::from_ec_components(&key.x, &key.y);
        Ok(Key {
            verifying: verifying.map_err(|_| WebhookError::UnknownKey)?,
            expired_at: key.expired_at,
            fresh_until: Instant::now() + self.key_lifetime,
        })
    }
}

/// Why a webhook is not taken for Plaid's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// No signature of the only kind that Plaid makes, or one that does not hold.
    #[error("the webhook is not signed with ES256, or its signature does not hold")]
    NotSigned,
    /// Plaid has no such key.
    #[error("the webhook is signed with a key that Plaid does not know")]
    UnknownKey,
    /// Plaid had that key.
    #[error("the webhook is signed with a key that has expired")]
    ExpiredKey,
    /// More unknown keys than Plaid ever has.
    #[error("too many webhooks with unknown keys: this one was not looked at")]
    TooManyKeys,
    /// More than five minutes old, or from the future.
    #[error("the webhook was signed more than five minutes ago, or will be")]
    Stale,
    /// Signed was something else.
    #[error("the body is not the one that was signed")]
    OtherBody,
    /// Plaid could not be asked for the key.
    #[error("the key of the webhook could not be fetched")]
    Lookup(#[source] Error),
}

#[derive(Deserialize)]
struct Signed {
    iat: i64,
    request_body_sha256: String,
}

#[derive(Deserialize)]
struct KeyAnswer {
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
    verifying: DecodingKey,
    expired_at: Option<i64>,
    fresh_until: Instant,
}

impl Key {
    fn is_fresh(&self) -> bool {
        Instant::now() < self.fresh_until
    }

    fn usable(self) -> Result<DecodingKey, WebhookError> {
        match self.expired_at {
            Some(expired) if expired <= now() => Err(WebhookError::ExpiredKey),
            _ => Ok(self.verifying),
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

/// How many keys may still be asked for.
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
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

/// `exp` is not asked for: Plaid sends none, and the age is ours to check.
fn only_es256() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation
}

/// Plaid's are UUIDs.
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
    fn the_budget_is_spent_and_earned_again() {
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
