//! The built app: its page for every path of a page, its files for every path of a file.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Router};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::page::Page;
use crate::auth::Identity;
use crate::config::Config;
use crate::error::{Error, Result, chain};
use crate::state::AppState;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// For the page, which may come with a cookie.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The paths of the app's pages.
const PAGES: [&str; 3] = ["/", "/index.html", "/oauth"];

/// The page, and the directory with the files.
#[derive(Debug)]
pub(crate) struct Assets {
    page: Page,
    files: ServeDir,
}

/// Why the built app cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssetsError {
    /// The page cannot be read.
    #[error("{} cannot be read ({source}): build the app first, or point CONNECT_DIST at it", path.display())]
    Unreadable {
        /// The path of the page.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The page has no head for the configuration.
    #[error("{} has no </head>: it is not the built app", path.display())]
    NoHead {
        /// The path of the page.
        path: PathBuf,
    },
}

impl Assets {
    /// Reads the page. The files are read when they are requested.
    pub(crate) fn open(config: &Config) -> std::result::Result<Self, AssetsError> {
        let path = config.dist.join("index.html");
        let built = std::fs::read_to_string(&path).map_err(|source| AssetsError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let page = Page::new(&built, config).ok_or(AssetsError::NoHead { path })?;
        let files = ServeDir::new(&config.dist)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        Ok(Self { page, files })
    }
}

/// Serves the app on every path that is no other route.
pub(crate) fn router(assets: Assets) -> Router<Arc<AppState>> {
    Router::new()
        .fallback(serve)
        .layer(Extension(Arc::new(assets)))
}

async fn serve(
    State(state): State<Arc<AppState>>,
    Extension(assets): Extension<Arc<Assets>>,
    request: Request,
) -> Result<Response> {
    let (parts, _) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Err(Error::MethodNotAllowed);
    }
    let path = parts.uri.path();
    if path.starts_with("/api/") {
        return Err(Error::NotFound);
    }
    if PAGES.contains(&path) {
        let cookie = new_session(&state, &parts).await;
        return Ok(page(&assets.page, &parts, StatusCode::OK, cookie));
    }
    let file = Request::from_parts(parts.clone(), Body::empty());
    let Ok(mut response) = assets.files.clone().oneshot(file).await;
    if response.status() == StatusCode::NOT_FOUND {
        return if accepts_html(&parts.headers) {
            // The app says that it has no such page.
            let cookie = new_session(&state, &parts).await;
            Ok(page(&assets.page, &parts, StatusCode::NOT_FOUND, cookie))
        } else {
            Err(Error::NotFound)
        };
    }
    if response.status().is_server_error() {
        return Err(Error::FileUnreadable);
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_file = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let cache = if is_file && is_hashed(name) {
        FOREVER
    } else {
        REVALIDATE
    };
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    Ok(response.map(Body::new))
}

fn page(page: &Page, request: &Parts, status: StatusCode, cookie: Option<HeaderValue>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, PRIVATE);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, page.etag.clone());
    headers.insert(header::CONTENT_SECURITY_POLICY, page.policy.clone());
    headers.extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    if status == StatusCode::OK && request.headers.get(header::IF_NONE_MATCH) == Some(&page.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let (encoding, body) = match accepted_encoding(&request.headers) {
        Some("br") => (Some("br"), &page.brotli),
        Some(gzip) => (Some(gzip), &page.gzip),
        None => (None, &page.html),
    };
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (status, headers, Html(body.clone())).into_response()
}

/// Returns the cookie of a new session for a browser without one. If the database fails, the page is served without it, and
/// reports the failure itself.
async fn new_session(state: &AppState, request: &Parts) -> Option<HeaderValue> {
    let session = match state.auth.identify(&request.headers).await {
        Ok(Identity::User(_) | Identity::Visitor(_)) => return None,
        Ok(Identity::Unknown | Identity::SignedOut) => state.auth.start_session(&request.headers),
        Err(error) => Err(error),
    };
    match session {
        Ok(cookie) => Some(cookie),
        Err(error) => {
            tracing::error!(cause = chain(&error), "creating a session failed");
            None
        }
    }
}

/// Whether the client is a browser that navigates, rather than a monitor or a script.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// Returns the best encoding that the browser accepts.
fn accepted_encoding(headers: &HeaderMap) -> Option<&'static str> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |encoding: &&str| {
        accepted.split(',').any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            name.trim() == *encoding && !matches!(weight.trim(), "q=0" | "q=0.0")
        })
    };
    ["br", "gzip"]
        .into_iter()
        .find(|encoding| accepts(encoding))
}

/// Returns whether the name has the hash of the content, as in `connect-0123456789abcdef_bg.wasm`: such a file never changes.
fn is_hashed(name: &str) -> bool {
    name.split('-').skip(1).any(|part| {
        let hash = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        hash == 16 && matches!(part.as_bytes().get(hash), Some(b'.' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_cached_forever() {
        for (name, hashed) in [
            ("connect-0123456789abcdef.js", true),
            ("connect-0123456789abcdef_bg.wasm", true),
            ("main-fedcba9876543210.css", true),
            ("connect-0123456789abcde.js", false),
            ("connect-0123456789abcdef0.js", false),
            ("0123456789abcdef.js", false),
            ("favicon.svg", false),
            ("well-known.txt", false),
        ] {
            assert_eq!(is_hashed(name), hashed, "{name}");
        }
    }

    #[test]
    fn the_best_accepted_encoding_is_chosen() {
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("identity", None),
        ] {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(accepted),
            )]);
            assert_eq!(accepted_encoding(&headers), encoding, "{accepted}");
        }
    }
}
