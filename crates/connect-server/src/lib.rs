#![doc = include_str!("../README.md")]

mod args;
mod assets;
mod auth;
mod backend;
mod changes;
mod clock;
mod config;
mod digest;
mod duplicate;
mod end;
mod error;
mod exchange;
mod institutions;
mod item_edit;
mod item_webhooks;
mod json;
mod keyed_lock;
mod link_token;
mod new_item;
mod ownerless;
mod page;
mod rate_limit;
mod recent;
mod reconcile;
mod refresh;
mod request;
mod routes;
mod rush;
mod server;
pub mod store;
mod sync;
pub mod vault;
mod webhooks;

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use args::{Args, ConfigError};
pub use auth::UserId;
pub use backend::{Backend, StartError};
pub use config::{Config, LinkConfig, PlaidConfig};
pub use digest::Digest;
pub use error::{Error, chain};
pub use server::Server;

/// Every route of the backend, and the app for every other address.
pub fn app(backend: Arc<Backend>) -> Router {
    Router::new()
        .nest("/api", routes::api())
        .merge(routes::health())
        .fallback(assets::serve)
        .with_state(backend)
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn(request::around))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "strict-origin"))
}

fn fixed(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
