use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use plaid_client::{WEBHOOK_SIGNATURE, WebhookError};

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::webhooks;

/// A finished visit to Link comes with all its events.
const MAX_BODY: usize = 512 * 1024;

pub(crate) fn router() -> Router<Arc<Backend>> {
    let limit = DefaultBodyLimit::max(MAX_BODY);
    Router::new().route("/webhooks/plaid", post(receive).layer(limit))
}

/// Acknowledged once it is verified and on the disk.
async fn receive(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<StatusCode> {
    let body = body.map_err(|_| Error::TooLarge)?;
    let signature = headers
        .get(WEBHOOK_SIGNATURE)
        .and_then(|value| value.to_str().ok());
    let signature = signature.ok_or(WebhookError::NotSigned)?;
    backend.verifier.verify(signature, &body).await?;
    webhooks::receive(&backend, signature, &body).await?;
    Ok(StatusCode::OK)
}
