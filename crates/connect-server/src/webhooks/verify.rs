//! The verification of a webhook: its signature, its age and its body.

use axum::body::Body;
use axum::http::HeaderMap;
use plaid_client::{WEBHOOK_SIGNATURE, WebhookError};

use super::bodies::ReceivedBody;
use crate::error::Result;
use crate::state::AppState;

/// Verifies that a webhook is Plaid's, and returns its signature and its body. A body without a plausible signature is not read.
pub(crate) async fn verify<'a>(
    state: &'a AppState,
    headers: &'a HeaderMap,
    body: Body,
) -> Result<(&'a str, ReceivedBody<'a>)> {
    let signature = headers.get(WEBHOOK_SIGNATURE);
    let signature = signature.and_then(|value| value.to_str().ok());
    let signature = signature.ok_or(WebhookError::NotSigned)?;
    let precheck = state.webhook_verifier.precheck(signature).await?;
    let body = state.webhook_bodies.read(precheck, headers, body).await?;
    state
        .webhook_verifier
        .verify(signature, &body.bytes)
        .await?;
    Ok((signature, body))
}
