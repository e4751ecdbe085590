use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use connect_api::Config;

use crate::backend::Backend;
use crate::json::Json;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new().route("/config", get(show))
}

async fn show(State(backend): State<Arc<Backend>>) -> Json<Config> {
    Json(backend.config.for_browser())
}
