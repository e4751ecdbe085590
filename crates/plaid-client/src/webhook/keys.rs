//! Plaid's keys: cached, and fetched when a webhook needs one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use moka::future::Cache;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::budget::Budget;
use super::error::WebhookError;
use crate::{Error, PlaidClient};

const ENDPOINT: &str = "/webhook_verification_key/get";

/// A key is renewed after this time, and used meanwhile.
const LIFETIME: time::Duration = time::Duration::days(1);
/// A key that could not be renewed for this long is not used.
const MAX_AGE: time::Duration = time::Duration::days(7);
/// If Plaid cannot be reached, the renewal of a key is retried after this time.
const RENEWAL_RETRY: Duration = Duration::from_secs(60);

/// How long a lookup may take: Plaid waits ten seconds for the answer to a webhook.
const DEADLINE: Duration = Duration::from_secs(5);
/// How many lookups are made at the same time.
const CONCURRENCY: usize = 16;

/// How many answers of Plaid are cached.
const ANSWERS: u64 = 10_000;
/// How long an answer of Plaid is cached. Without it, each copy of a forged webhook would cause a lookup.
const ANSWER_LIFETIME: Duration = Duration::from_secs(600);

/// A key with which Plaid signs webhooks. It is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookKey {
    /// Its id.
    pub kid: String,
    /// The x coordinate of its point on the curve P-256, in Base64.
    pub x: String,
    /// The y coordinate.
    pub y: String,
    /// When it expired.
    pub expired_at: Option<OffsetDateTime>,
    /// When it was fetched.
    pub fetched_at: OffsetDateTime,
}

/// A store of keys that outlives the process, so that a new process needs no lookup. A method returns at once, and works in the
/// background if it must.
pub trait KeyStore: fmt::Debug + Send + Sync {
    /// Stores a key, or replaces it.
    fn keep(&self, key: WebhookKey);
    /// Deletes a key.
    fn forget(&self, kid: &str);
}

/// The keys of a verifier.
#[derive(Debug)]
pub(super) struct Keys {
    plaid: PlaidClient,
    store: Option<Box<dyn KeyStore>>,
    /// Only Plaid can add one.
    known: Mutex<HashMap<String, KnownKey>>,
    /// What Plaid said of an id: `None` if it does not know the key. Concurrent lookups of an id are joined.
    answers: Cache<String, Option<WebhookKey>>,
    budget: Budget,
    permits: Semaphore,
}

impl Keys {
    pub(super) fn new(
        plaid: PlaidClient,
        known: Vec<WebhookKey>,
        store: Option<Box<dyn KeyStore>>,
    ) -> Self {
        let known = known.into_iter().filter_map(|key| {
            let kid = key.kid.clone();
            Some((kid, KnownKey::new(&key)?))
        });
        Self {
            plaid,
            store,
            known: Mutex::new(known.collect()),
            answers: Cache::builder()
                .max_capacity(ANSWERS)
                .time_to_live(ANSWER_LIFETIME)
                .build(),
            budget: Budget::new(),
            permits: Semaphore::new(CONCURRENCY),
        }
    }

    /// Returns a key without a call to Plaid, if that is possible.
    pub(super) async fn cached(&self, kid: &str) -> Result<Option<DecodingKey>, WebhookError> {
        if let Some(known) = lock(&self.known).get(kid) {
            return known.usable();
        }
        match self.answers.get(kid).await {
            Some(None) => Err(WebhookError::UnknownKey),
            _ => Ok(None),
        }
    }

    /// Returns a key, and fetches it if necessary.
    pub(super) async fn get(&self, kid: &str) -> Result<DecodingKey, WebhookError> {
        if let Some(key) = self.cached(kid).await? {
            return Ok(key);
        }
        let is_known = lock(&self.known).contains_key(kid);
        let fetch = async {
            if is_known {
                self.budget.take_repeated()?;
            } else {
                self.budget.take(kid).await?;
            }
            self.fetch(kid).await
        };
        let answer = self.answers.try_get_with_by_ref(kid, fetch).await;
        let key = answer.map_err(Arc::unwrap_or_clone)?;
        let known = key.as_ref().and_then(KnownKey::new);
        let usable = known.ok_or(WebhookError::UnknownKey)?.usable()?;
        usable.ok_or(WebhookError::ExpiredKey)
    }

    /// Renews a key in the background, if it was fetched long ago.
    pub(super) fn renew_if_stale(self: &Arc<Self>, kid: &str) {
        let now = Instant::now();
        {
            let mut known = lock(&self.known);
            let Some(key) = known.get_mut(kid).filter(|key| key.is_renewal_due(now)) else {
                return;
            };
            key.renewal_began = Some(now);
        }
        let (keys, kid) = (self.clone(), kid.to_owned());
        tokio::spawn(async move {
            if let Err(error) = keys.fetch(&kid).await {
                tracing::warn!(%error, "webhook key renewal failed");
            }
        });
    }

    /// Asks Plaid for a key, and keeps the answer.
    async fn fetch(&self, kid: &str) -> Result<Option<WebhookKey>, WebhookError> {
        let asked = tokio::time::timeout(DEADLINE, self.ask(kid)).await;
        let answer = asked.unwrap_or(Err(Error::Timeout {
            endpoint: ENDPOINT,
            deadline: DEADLINE,
        }));
        let key = answer.map_err(|error| WebhookError::Lookup(Arc::new(error)))?;
        match &key {
            Some(key) => self.add(key),
            None => self.remove(kid),
        }
        Ok(key)
    }

    async fn ask(&self, kid: &str) -> Result<Option<WebhookKey>, Error> {
        let _permit = self.permits.acquire().await;
        let request = json!({ "key_id": kid });
        match self.plaid.call::<KeyResponse>(ENDPOINT, &request).await {
            Ok(response) => Ok(response.key.checked(kid)),
            Err(error) if error.code() == Some("INVALID_WEBHOOK_VERIFICATION_KEY_ID") => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn add(&self, key: &WebhookKey) {
        let Some(new) = KnownKey::new(key) else {
            return;
        };
        {
            let mut known = lock(&self.known);
            if known.insert(key.kid.clone(), new).is_none() {
                // Plaid has a new key, so the other ones may be expired.
                let others = known.iter_mut().filter(|(kid, _)| **kid != key.kid);
                others.for_each(|(_, other)| other.is_outdated = true);
            }
        }
        if let Some(store) = &self.store {
            store.keep(key.clone());
        }
    }

    fn remove(&self, kid: &str) {
        if lock(&self.known).remove(kid).is_some()
            && let Some(store) = &self.store
        {
            store.forget(kid);
        }
    }
}

#[derive(Clone)]
struct KnownKey {
    decoding: DecodingKey,
    expired_at: Option<OffsetDateTime>,
    fetched_at: OffsetDateTime,
    is_outdated: bool,
    renewal_began: Option<Instant>,
}

impl KnownKey {
    /// Reads a key; `None` if it is not one of the curve.
    fn new(key: &WebhookKey) -> Option<Self> {
        Some(Self {
            decoding: DecodingKey::from_ec_components(&key.x, &key.y).ok()?,
            expired_at: key.expired_at,
            fetched_at: key.fetched_at,
            is_outdated: false,
            renewal_began: None,
        })
    }

    /// Returns the key; `None` if Plaid must be asked first.
    fn usable(&self) -> Result<Option<DecodingKey>, WebhookError> {
        let age = OffsetDateTime::now_utc() - self.fetched_at;
        let is_expired = self
            .expired_at
            .is_some_and(|expired| expired <= OffsetDateTime::now_utc());
        if is_expired && age < LIFETIME {
            return Err(WebhookError::ExpiredKey);
        }
        Ok((!is_expired && age < MAX_AGE).then(|| self.decoding.clone()))
    }

    fn is_renewal_due(&self, now: Instant) -> bool {
        let is_stale = OffsetDateTime::now_utc() - self.fetched_at >= LIFETIME;
        let may_retry = |began| now.duration_since(began) >= RENEWAL_RETRY;
        (is_stale || self.is_outdated) && self.renewal_began.is_none_or(may_retry)
    }
}

impl fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownKey")
            .field("expired_at", &self.expired_at)
            .finish_non_exhaustive()
    }
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

impl JsonKey {
    /// Returns the key that was asked for; `None` if it is another one, or of another kind.
    fn checked(self, kid: &str) -> Option<WebhookKey> {
        let is_asked =
            (&*self.alg, &*self.kty, &*self.crv, &*self.kid) == ("ES256", "EC", "P-256", kid);
        let expired_at = self.expired_at.map(OffsetDateTime::from_unix_timestamp);
        let key = WebhookKey {
            kid: self.kid,
            x: self.x,
            y: self.y,
            expired_at: expired_at.transpose().ok()?,
            fetched_at: OffsetDateTime::now_utc(),
        };
        Some(key).filter(|key| is_asked && KnownKey::new(key).is_some())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
