//! The built app: its page for every address that is a page, its files for every address that is a file.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::auth;
use crate::backend::{Backend, StartError};
use crate::config::Config;
use crate::error::{Error, Result, chain};
use crate::page::Page;
use crate::store::StoreError;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The page, and the directory with the files.
#[derive(Debug)]
pub(crate) struct Assets {
    page: Page,
    files: ServeDir,
}

impl Assets {
    /// Reads the page; the files are read when they are asked for.
    pub(crate) fn open(config: &Config) -> std::result::Result<Self, StartError> {
        let path = config.dist.join("index.html");
        let built = std::fs::read_to_string(&path).map_err(|source| StartError::Dist {
            path: path.clone(),
            source,
        })?;
        let page = Page::new(&built, config).ok_or(StartError::Page { path })?;
        let files = ServeDir::new(&config.dist)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        Ok(Self { page, files })
    }
}

/// Whatever is no route of the API.
pub(crate) async fn serve(
    State(backend): State<Arc<Backend>>,
    request: Request,
) -> Result<Response> {
    let (parts, _) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Err(Error::MethodNotAllowed);
    }
    let path = parts.uri.path().to_owned();
    if path.starts_with("/api/") {
        return Err(Error::NotFound);
    }
    if matches!(&*path, "/" | "/index.html") {
        return Ok(page(&backend, &parts).await);
    }
    let Ok(mut response) = backend
        .assets
        .files
        .clone()
        .oneshot(Request::from_parts(parts.clone(), Body::empty()))
        .await;
    let name = path.rsplit('/').next().unwrap_or_default();
    if response.status() != StatusCode::NOT_FOUND {
        let cache = if is_hashed(name) {
            FOREVER
        } else {
            ASK_EACH_TIME
        };
        response.headers_mut().insert(header::CACHE_CONTROL, cache);
        Ok(response.map(Body::new))
    } else if name.contains('.') {
        // A file of another version: a page in its place would be worse than nothing.
        Err(Error::NotFound)
    } else {
        // The app has a page for every address, one for unknown ones too.
        Ok(page(&backend, &parts).await)
    }
}

async fn page(backend: &Backend, request: &Parts) -> Response {
    let page = &backend.assets.page;
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, ASK_EACH_TIME);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, page.etag.clone());
    headers.insert(header::CONTENT_SECURITY_POLICY, page.policy.clone());
    if request.method == Method::GET
        && let Some(cookie) = welcome(backend, request).await
    {
        headers.insert(header::SET_COOKIE, cookie);
    }
    if request.headers.get(header::IF_NONE_MATCH) == Some(&page.etag) {
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
    (headers, Html(body.clone())).into_response()
}

/// The cookie of a browser that comes for the first time. Without a database the page still comes, and says so itself.
async fn welcome(backend: &Backend, request: &Parts) -> Option<HeaderValue> {
    let cookie = async {
        match auth::signed_in(backend, &request.headers).await? {
            Some(_) => Ok(None),
            None => auth::sign_in(&*backend.store)
                .await
                .map(|(_, cookie)| Some(cookie)),
        }
    };
    cookie.await.unwrap_or_else(|error: StoreError| {
        tracing::error!(cause = chain(&error), "no session for a new visitor");
        None
    })
}

/// The best encoding that the browser takes.
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

/// Whether the name holds the hash of the content, as in `connect-0123456789abcdef_bg.wasm`: then it never changes.
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
    fn only_a_name_with_a_hash_is_kept_forever() {
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
