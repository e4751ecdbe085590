//! A proxy that serves Connect under a path.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A proxy on a free port that serves Connect under a path, which it removes from requests. It ends when dropped.
#[derive(Debug)]
pub struct PrefixProxy {
    url: String,
    target: Arc<OnceLock<String>>,
    task: JoinHandle<()>,
}

struct Proxy {
    client: reqwest::Client,
    prefix: &'static str,
    target: Arc<OnceLock<String>>,
}

impl PrefixProxy {
    /// Starts a proxy for this path, such as `/bank`. It answers once it has a target.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(prefix: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let target = Arc::new(OnceLock::new());
        let proxy = Arc::new(Proxy {
            client: reqwest::Client::new(),
            prefix,
            target: target.clone(),
        });
        let app = Router::new().fallback(forward).with_state(proxy);
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the proxy runs");
        });
        Self {
            url: format!("http://{address}{prefix}"),
            target,
            task,
        }
    }

    /// Returns the URL of Connect under the path, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets the URL of the backend.
    ///
    /// # Panics
    /// When it is set already.
    pub fn forward_to(&self, url: &str) {
        self.target.set(url.to_owned()).expect("it is set once");
    }
}

impl Drop for PrefixProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let (Some(path), Some(target)) = (path.strip_prefix(proxy.prefix), proxy.target.get()) else {
        let mut nothing = Response::new(Body::empty());
        *nothing.status_mut() = StatusCode::NOT_FOUND;
        return nothing;
    };
    let url = format!("{target}{path}");
    parts.headers.remove(header::ACCEPT_ENCODING);
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let request = proxy.client.request(parts.method, url);
    let answer = request.headers(parts.headers).body(body).send().await;
    let mut answer = answer.expect("the backend answers");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    response.headers_mut().clone_from(answer.headers());
    let is_page = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        // As a backend does that knows its path.
        let page = answer.text().await.expect("a page");
        let base = format!("<base href={}/>", proxy.prefix);
        let page = page.replacen("<base href=/>", &base, 1);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        return response.map(|_| Body::from(page));
    }
    let chunks = stream::poll_fn(move |context| {
        let next = std::pin::pin!(answer.chunk());
        std::future::Future::poll(next, context).map(Result::transpose)
    });
    response.map(|_| Body::from_stream(chunks))
}
