//! The static files of Link.

use askama::Template;
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
    response::{IntoResponse, Response},
    routing::get,
};

use super::html::page;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    Router::new()
        .route(
            "/link/v2/stable/link-initialize.js",
            get(|| async { file(SCRIPT, include_str!("../assets/link-initialize.js")) }),
        )
        .route(
            "/link/v2/stable/link-panes.js",
            get(|| async { file(SCRIPT, include_str!("../assets/link-panes.js")) }),
        )
        .route(
            "/link/v2/stable/link.css",
            get(|| async {
                file(
                    "text/css; charset=utf-8",
                    include_str!("../assets/link.css"),
                )
            }),
        )
        .route(
            "/link/v2/stable/oauth.js",
            get(|| async { file(SCRIPT, include_str!("../assets/oauth.js")) }),
        )
        .route("/link/v2/stable/link.html", get(shell))
        .route("/link/v2/stable/embedded.html", get(shell))
}

/// The document that loads the panes. It only reports that it is loaded.
async fn shell() -> Response {
    #[derive(Template)]
    #[template(path = "shell.html")]
    struct Shell;

    page(&Shell)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}
