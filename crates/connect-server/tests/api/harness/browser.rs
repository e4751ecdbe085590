//! A browser, and the answers it gets.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use connect_api::{Change, ChangeKind, Item, ItemList, Problem};
use connect_server::Backend;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use super::event_stream::EventStream;
use super::{success, wait_until};

/// A browser that sends requests to a backend, with its session cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    app: Router,
    cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new(app: Router) -> Self {
        Self { app, cookie: None }
    }

    /// The same browser, with its requests sent to another process.
    pub(crate) fn using(self, backend: &Backend) -> Self {
        self.with_router(backend.router())
    }

    pub(super) fn with_router(mut self, app: Router) -> Self {
        self.app = app;
        self
    }

    pub(crate) fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// Returns the `Cookie` header of its requests.
    pub(crate) fn cookie_header(&self) -> &str {
        self.cookie.as_deref().expect("a session")
    }

    /// Returns the id of its session.
    pub(crate) fn session_id(&self) -> String {
        let cookie = self.cookie_header();
        cookie.split_once('=').expect("a cookie").1.to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(
            Request::delete(path)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(
            request
                .body(Body::from(body.to_string()))
                .expect("a request"),
        )
        .await
    }

    /// Connects an Item, and waits until its balances are saved and open pages are notified.
    pub(crate) async fn connect_item(&self, public_token: &str) -> Item {
        let mut page = self.open_event_stream().await;
        let answer = self.post("/api/items", success(public_token)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let item = self.wait_for_completion(&answer.json()).await;
        // Pages are notified a moment after it is saved.
        let completed = Change {
            item_id: item.id.clone(),
            kind: ChangeKind::Changed,
        };
        wait_until(async || page.changes().await.contains(&completed)).await;
        item
    }

    /// Returns a new Item once its balances are fetched, or could not be fetched.
    pub(crate) async fn wait_for_completion(&self, new: &Item) -> Item {
        let path = format!("/api/items/{}", new.id);
        let mut item = new.clone();
        wait_until(async || {
            item = self.get(&path).await.json();
            item != *new
        })
        .await;
        item
    }

    pub(crate) async fn items(&self) -> Vec<Item> {
        self.get("/api/items").await.json::<ItemList>().items
    }

    /// Opens the event stream of a page, which is notified of changes from now on.
    pub(crate) async fn open_event_stream(&self) -> EventStream {
        let request = self.with_session(
            Request::get("/api/events")
                .body(Body::empty())
                .expect("a request"),
        );
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        EventStream::open(response).await
    }

    fn with_session(&self, mut request: Request<Body>) -> Request<Body> {
        if let Some(cookie) = &self.cookie {
            let cookie = cookie.parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, cookie);
        }
        request
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let request = self.with_session(request);
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// The backend's answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the problem details, and checks what every problem promises.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.request_id.as_deref(), self.header("x-request-id"));
        assert!(problem.request_id.is_some());
        problem
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    /// Returns the cookie that the answer sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?;
        cookie.split(';').next().map(str::to_owned)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}
