//! The address that Plaid sends webhooks to.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use crate::error::{Error, Result};
use crate::state::AppState;
use crate::webhooks::verify::verify;

/// The largest webhook, in bytes: the one about a finished Link session includes all its events.
const MAX_BODY: usize = 512 * 1024;

pub(crate) fn router() -> Router<Arc<AppState>> {
    let limit = DefaultBodyLimit::max(MAX_BODY);
    Router::new().route("/webhooks/plaid", post(receive).layer(limit))
}

/// Acknowledges a webhook once it is verified and on the disk.
async fn receive(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<StatusCode> {
    let received = store(&state, &headers, body).await;
    state.metrics.webhook(match &received {
        Ok(_) => "stored",
        Err(error) if error.status().is_client_error() => "refused",
        Err(_) => "failed",
    });
    received
}

async fn store(
    state: &AppState,
    headers: &HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<StatusCode> {
    let body = body.map_err(|_| Error::TooLarge)?;
    let signature = verify(state, headers, &body).await?;
    state.inbox.receive(&state.vault, signature, &body).await?;
    Ok(StatusCode::OK)
}
