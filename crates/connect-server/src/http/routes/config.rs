//! The configuration for the browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use connect_api::Config;

use crate::http::json::Json;
use crate::state::AppState;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/config", get(show))
}

async fn show(State(state): State<Arc<AppState>>) -> Json<Config> {
    Json(state.config.for_browser())
}
