//! Why a webhook is not accepted.

use std::sync::Arc;
use std::time::Duration;

use crate::Error;

/// The reason why a webhook is not accepted.
#[derive(Clone, Debug, thiserror::Error)]
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
    /// The budget for unknown keys is used up. The next lookup is possible after this time.
    #[error("too many webhooks have unknown keys: this one was not verified")]
    TooManyKeys(Duration),
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
    Lookup(#[source] Arc<Error>),
}

impl WebhookError {
    /// Whether the webhook can still be valid, because its key was not looked up. Plaid sends it again after a status of 503.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::TooManyKeys(_) | Self::Lookup(_))
    }
}
