//! The verification of webhooks: signature, age and body.

mod budget;
mod error;
mod keys;
mod signature;
mod verifier;

pub use self::error::WebhookError;
pub use self::keys::{KeyStore, WebhookKey};
pub use self::verifier::{Precheck, WEBHOOK_SIGNATURE, WebhookVerifier};
