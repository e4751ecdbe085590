//! The backend over HTTP: routes, and what every request passes through.

pub(crate) mod assets;
mod error;
pub(crate) mod extractors;
pub(crate) mod json;
mod page;
pub(crate) mod rate_limit;
mod request;
mod routes;

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use self::assets::Assets;
use crate::state::AppState;

/// Returns every route of the backend, and the app for every other path.
pub(crate) fn router(state: Arc<AppState>, assets: Assets) -> Router {
    Router::new()
        .nest("/api", routes::api())
        .merge(routes::health())
        .merge(assets::router(assets))
        .with_state(state)
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn(request::observe))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "strict-origin"))
}

fn fixed(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
