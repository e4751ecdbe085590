//! The address that Plaid sends webhooks to.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use crate::error::Result;
use crate::state::AppState;
use crate::webhooks::verify::verify;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/webhooks/plaid", post(receive))
}

/// Acknowledges a webhook once it is verified and on the disk.
async fn receive(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode> {
    let received = store(&state, &headers, body).await;
    state.metrics.webhook(match &received {
        Ok(_) => "stored",
        Err(error) if error.status().is_client_error() => "refused",
        Err(_) => "failed",
    });
    received
}

async fn store(state: &AppState, headers: &HeaderMap, body: Body) -> Result<StatusCode> {
    let (signature, body) = verify(state, headers, body).await?;
    let received = state.inbox.receive(&state.vault, signature, &body.bytes);
    received.await?;
    Ok(StatusCode::OK)
}
