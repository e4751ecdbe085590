//! Liveness and readiness.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::error::Result;
use crate::state::AppState;

/// `/livez`: the process answers. `/readyz`: it can serve, too; if not, the answer says why.
pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready))
}

async fn ready(State(state): State<Arc<AppState>>) -> Result<&'static str> {
    state.store.ping().await?;
    Ok("ok")
}
