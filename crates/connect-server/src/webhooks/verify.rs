//! The verification of a webhook: its signature, its age and its body.

use axum::http::HeaderMap;
use plaid_client::{WEBHOOK_SIGNATURE, WebhookError};

use crate::error::Result;
use crate::state::AppState;

/// Verifies that a webhook is Plaid's, and returns its signature.
pub(crate) async fn verify<'a>(
    state: &AppState,
    headers: &'a HeaderMap,
    body: &[u8],
) -> Result<&'a str> {
    let signature = headers.get(WEBHOOK_SIGNATURE);
    let signature = signature.and_then(|value| value.to_str().ok());
    let signature = signature.ok_or(WebhookError::NotSigned)?;
    state.webhook_verifier.verify(signature, body).await?;
    Ok(signature)
}
