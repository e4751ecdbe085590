//! The verifier of webhooks.

use std::sync::Arc;

use super::error::WebhookError;
use super::keys::{KeyStore, Keys, WebhookKey};
use super::signature::{self, Unverified};
use crate::PlaidClient;

/// The request header of the signature.
pub const WEBHOOK_SIGNATURE: &str = "plaid-verification";

/// A verifier of webhooks. It caches Plaid's keys, so a process needs only one.
#[derive(Debug)]
pub struct WebhookVerifier {
    keys: Arc<Keys>,
}

/// What is known of a signature before the body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precheck {
    /// Plaid has signed it. Only the body is to be verified.
    Signed,
    /// Its key is not known yet.
    KeyNotKnown,
}

impl WebhookVerifier {
    /// Creates a verifier that fetches keys with this client.
    #[must_use]
    pub fn new(plaid: PlaidClient) -> Self {
        Self {
            keys: Arc::new(Keys::new(plaid, Vec::new(), None)),
        }
    }

    /// Creates a verifier that knows keys already, and keeps the keys that it fetches in a store.
    #[must_use]
    pub fn with_store(
        plaid: PlaidClient,
        known: Vec<WebhookKey>,
        store: impl KeyStore + 'static,
    ) -> Self {
        Self {
            keys: Arc::new(Keys::new(plaid, known, Some(Box::new(store)))),
        }
    }

    /// Checks what can be checked without the body and without a call to Plaid. A server reads the body only if this succeeds.
    ///
    /// # Errors
    ///
    /// The reason, as [`WebhookError`].
    pub async fn precheck(&self, signature: &str) -> Result<Precheck, WebhookError> {
        let unverified = Unverified::read(signature)?;
        match self.keys.cached(&unverified.kid).await? {
            Some(key) => {
                signature::verify(signature, &key)?;
                Ok(Precheck::Signed)
            }
            None => Ok(Precheck::KeyNotKnown),
        }
    }

    /// Verifies a signature, the value of [`WEBHOOK_SIGNATURE`], against the unchanged bytes of the body.
    ///
    /// # Errors
    ///
    /// The reason, as [`WebhookError`]. Only if [`WebhookError::is_temporary`] can the webhook still be valid.
    pub async fn verify(&self, signature: &str, body: &[u8]) -> Result<(), WebhookError> {
        let unverified = Unverified::read(signature)?;
        unverified.check_body(body)?;
        let key = self.keys.get(&unverified.kid).await?;
        signature::verify(signature, &key)?;
        self.keys.renew_if_stale(&unverified.kid);
        Ok(())
    }
}
