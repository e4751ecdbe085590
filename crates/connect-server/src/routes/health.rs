use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::backend::Backend;
use crate::error::Result;

/// `/livez`: the process answers. `/readyz`: so does the database.
pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready))
}

async fn ready(State(backend): State<Arc<Backend>>) -> Result<&'static str> {
    backend.store.ping().await?;
    Ok("ok")
}
