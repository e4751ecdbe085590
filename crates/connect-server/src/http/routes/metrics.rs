//! The measurements, on an address of their own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::state::AppState;
use crate::store::failures;

/// The media type of Prometheus' text format.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/metrics", get(show))
}

async fn show(State(state): State<Arc<AppState>>) -> Result<impl IntoResponse> {
    // If the database fails, everything else is still measured.
    let queues = state
        .store
        .queues(Timestamp::now())
        .await
        .unwrap_or_default();
    let text = state.metrics.text(&queues, failures());
    let text = text.map_err(|_| Error::Panicked)?;
    Ok(([(header::CONTENT_TYPE, TEXT)], text))
}
