//! The routes of the API, a file for each subject.

mod config;
mod events;
mod health;
mod items;
mod link;
mod metrics;
mod session;
mod transactions;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::config::Config;
use crate::error::Error;
use crate::state::AppState;

pub(crate) use health::router as health;
pub(crate) use metrics::router as metrics;

/// The largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long a client may pause while it sends a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything under `/api`.
pub(crate) fn api(config: &Config) -> Router<Arc<AppState>> {
    let csrf = CsrfLayer::new()
        .with_rejection_response(|_: ProtectionError| Error::CrossSite.into_response());
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
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(trust_public_url(csrf, config))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
}

/// Accepts requests of pages at the public URL, also if a proxy changes the `Host` that they were sent to.
fn trust_public_url<R: Clone>(csrf: CsrfLayer<R>, config: &Config) -> CsrfLayer<R> {
    let public = config.public_url.as_ref();
    let origin = public.map(|url| url.origin().ascii_serialization());
    let trusted = origin.map(|origin| csrf.clone().add_trusted_origin(origin));
    trusted.and_then(Result::ok).unwrap_or(csrf)
}
