//! The backend over HTTP: routes, and what every request passes through.

pub(crate) mod assets;
mod client_address;
pub(crate) mod connections;
mod error;
pub(crate) mod extractors;
mod headers;
pub(crate) mod json;
mod page;
pub(crate) mod rate_limit;
mod request;
mod routes;
pub(crate) mod streams;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::Redirect;
use axum::routing::get;
use axum::{Router, middleware};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use self::assets::Assets;
use crate::state::AppState;

/// Returns every route of the backend, and the app for every other path. Requests may have the path of the public URL, or not
/// any more, as a proxy leaves it.
pub(crate) fn router(state: &Arc<AppState>, assets: Assets) -> Router {
    let base = state.config.base_path();
    let routes = Router::new()
        .nest("/api", routes::api(&state.config))
        .merge(routes::health())
        .merge(assets::router(assets));
    let home = format!("{base}/");
    let routes = match &*base {
        "" => routes,
        base => routes.route(base, get(async move || Redirect::permanent(&home))),
    };
    let routes = routes
        .with_state(state.clone())
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            client_address::limit,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            request::observe,
        ));
    let routes = headers::add(routes, &state.config);
    if base.is_empty() {
        return routes;
    }
    Router::new().fallback_service(routes.map_request(move |request| without_base(request, &base)))
}

/// Returns the routes for the address of the measurements.
pub(crate) fn metrics(state: Arc<AppState>) -> Router {
    routes::metrics().with_state(state)
}

/// Removes the path of the public URL from the path of a request.
fn without_base(mut request: Request, base: &str) -> Request {
    if let Some(uri) = uri_without_base(request.uri(), base) {
        *request.uri_mut() = uri;
    }
    request
}

fn uri_without_base(uri: &Uri, base: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(base)?;
    if !rest.starts_with('/') {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_base_path_itself_is_removed() {
        for (path, expected) in [
            ("/bank/api/items?a=1", Some("/api/items?a=1")),
            ("/bank/", Some("/")),
            ("/bank", None),
            ("/bank?a=1", None),
            ("/bank/bank/", Some("/bank/")),
            ("/banks", None),
            ("/api/items", None),
        ] {
            let uri = uri_without_base(&path.parse().expect("a path"), "/bank");
            let expected = expected.map(|expected| expected.parse::<Uri>().expect("a path"));
            assert_eq!(uri, expected, "{path}");
        }
    }
}
