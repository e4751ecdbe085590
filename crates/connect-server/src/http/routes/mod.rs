//! The routes of the API, a file for each subject.

mod config;
mod events;
mod health;
mod items;
mod link;
mod session;
mod transactions;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::error::Error;
use crate::state::AppState;

pub(crate) use health::router as health;

/// The largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Everything under `/api`.
pub(crate) fn api() -> Router<Arc<AppState>> {
    Router::new()
        .merge(config::router())
        .merge(session::router())
        .merge(link::router())
        .merge(items::router())
        .merge(transactions::router())
        .merge(events::router())
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(webhooks::router())
        .layer(
            CsrfLayer::new()
                .with_rejection_response(|_: ProtectionError| Error::CrossSite.into_response()),
        )
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
}
