//! A backend of a test's own, and browsers that visit it.

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use connect_api::{Change, ChangeKind, Item, ItemList, Problem};
use connect_server::{Backend, Config, LinkConfig, PlaidConfig, StartError};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use plaid_client::{Environment, Secret};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use url::Url;

use crate::canned_plaid::CannedPlaid;

/// What Trunk makes of the app, in small.
pub(crate) const INDEX: &str = "<!doctype html><html><head><title>Connect</title>\
    <style>body{margin:0}</style><script type=\"module\">import init from '/app.js'; init();</script>\
    </head><body></body></html>";

/// A backend on a database and a folder of its own.
pub(crate) struct Connect {
    pub(crate) plaid: CannedPlaid,
    pub(crate) config: Config,
    /// `None` once it is stopped.
    backend: Option<Backend>,
    folder: TempDir,
}

impl Connect {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        crate::log::start();
        let plaid = CannedPlaid::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(&folder, &plaid.url);
        change(&mut config);
        let backend = Backend::start(config.clone()).await.expect("a backend");
        Self {
            plaid,
            config,
            backend: Some(backend),
            folder,
        }
    }

    /// A process that can be killed, on the same database.
    pub(crate) async fn doomed(&self) -> Doomed {
        let runtime = Runtime::new().expect("a runtime");
        let started = runtime.spawn(Backend::start(self.config.clone()));
        let backend = started.await.expect("no panic").expect("a backend");
        Doomed { backend, runtime }
    }

    /// Another process on the same database, at the same time.
    pub(crate) async fn replica(&self) -> Backend {
        Backend::start(self.config.clone())
            .await
            .expect("a backend")
    }

    /// The same database, another process.
    pub(crate) async fn restart(&mut self) -> Result<(), StartError> {
        self.backend = Some(Backend::start(self.config.clone()).await?);
        Ok(())
    }

    /// Does to the database what no backend would.
    pub(crate) async fn spoil(&self, sql: &'static str) {
        let pool = sqlx::SqlitePool::connect(&self.config.database_url)
            .await
            .expect("a database");
        sqlx::raw_sql(sql).execute(&pool).await.expect("SQL");
        pool.close().await;
    }

    /// Nobody else writes while this is held.
    pub(crate) async fn locks_the_database(&self) -> impl Sized + use<> {
        let pool = sqlx::SqlitePool::connect(&self.config.database_url)
            .await
            .expect("a database");
        pool.begin_with("BEGIN IMMEDIATE").await.expect("a lock")
    }

    /// A number that the database knows.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let pool = sqlx::SqlitePool::connect(&self.config.database_url)
            .await
            .expect("a database");
        let count = sqlx::query_scalar(sql)
            .fetch_one(&pool)
            .await
            .expect("a number");
        pool.close().await;
        count
    }

    /// The process ends, as far as this test holds it.
    pub(crate) fn stop(&mut self) {
        self.backend = None;
    }

    fn router(&self) -> Router {
        let backend = self.backend.as_ref();
        backend.expect("a backend that runs").router()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A browser that was never here.
    pub(crate) fn stranger(&self) -> Browser {
        Browser {
            app: self.router(),
            cookie: None,
        }
    }

    /// A browser with a session of its own.
    pub(crate) async fn browser(&self) -> Browser {
        let mut browser = self.stranger();
        let answer = browser.get("/api/session").await;
        browser.cookie = Some(answer.cookie().expect("a session"));
        browser
    }

    /// The same browser after a [`restart`](Self::restart).
    pub(crate) fn again(&self, browser: Browser) -> Browser {
        Browser {
            app: self.router(),
            ..browser
        }
    }
}

impl Connect {
    /// Plaid sends a webhook.
    pub(crate) async fn sends(&self, body: &Value) -> Answer {
        let body = format!("{body:#}");
        self.delivers(&self.plaid.signer.sign(&body, 0), &body)
            .await
    }

    pub(crate) async fn delivers(&self, signature: &str, body: &str) -> Answer {
        let request = Request::post("/api/webhooks/plaid").header("plaid-verification", signature);
        self.stranger()
            .send(request.body(body.to_owned().into()).expect("a request"))
            .await
    }

    /// Every webhook is applied.
    pub(crate) async fn settled(&self) {
        let pending = "SELECT count(*) FROM webhooks WHERE due_at IS NOT NULL";
        eventually(async || self.count(pending).await == 0).await;
    }
}

/// A process that can be killed.
pub(crate) struct Doomed {
    runtime: Runtime,
    backend: Backend,
}

impl Doomed {
    /// A browser hands over what Link gave it; nobody waits for the answer.
    pub(crate) fn takes(&self, browser: &Browser, public_token: &str) {
        let browser = browser.clone().at(&self.backend);
        let success = success(public_token);
        self.runtime
            .spawn(async move { browser.post("/api/items", success).await });
    }

    /// Ends at once whatever it does, wherever it is; nothing of it is left then.
    pub(crate) async fn dies(self) {
        drop(self.backend);
        let dead = tokio::task::spawn_blocking(|| {
            self.runtime.shutdown_timeout(Duration::from_secs(30));
        });
        dead.await.expect("no panic");
    }
}

/// A folder with a built app, and a configuration that uses it.
pub(crate) fn config(folder: &TempDir, plaid: &Url) -> Config {
    let dist = folder.path().join("dist");
    std::fs::create_dir(&dist).expect("a folder");
    std::fs::write(dist.join("index.html"), INDEX).expect("a page");
    Config {
        listen: "127.0.0.1:0".parse().expect("an address"),
        public_url: None,
        database_url: format!("sqlite:{}", folder.path().join("connect.db").display()),
        vault_key_file: folder.path().join("vault.key"),
        dist,
        plaid: PlaidConfig {
            environment: Environment::Sandbox,
            client_id: "client-1".to_owned(),
            secret: Secret::new("secret-that-must-not-show"),
            base_url: plaid.clone(),
            link_script_url: Url::parse("https://cdn.example/link.js").expect("a URL"),
            deadline: Duration::from_secs(30),
        },
        link: LinkConfig {
            client_name: "Connect".to_owned(),
            products: vec!["transactions".to_owned()],
            country_codes: vec!["US".to_owned()],
            language: "en".to_owned(),
            customization_name: None,
            customizations: Vec::new(),
            routing_number: None,
            appearance_mode: None,
            account_filters: None,
        },
        plaid_users: false,
        reconcile_every: Duration::from_secs(1200),
        rate_limit: 300,
        log: "info".to_owned(),
    }
}

/// What Link hands over, as the app sends it.
pub(crate) fn success(public_token: &str) -> Value {
    json!({ "public_token": public_token, "metadata": {
        "institution": { "name": "Platypus", "institution_id": "ins_109508" },
        "accounts": [], "link_session_id": "session-1",
    } })
}

/// Someone who asks, and keeps a cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    app: Router,
    cookie: Option<String>,
}

impl Browser {
    /// The same browser, asking this process.
    pub(crate) fn at(mut self, backend: &Backend) -> Self {
        self.app = backend.router();
        self
    }

    pub(crate) fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
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

    /// Connects an Item, which has to work, and waits for its balances and for pages to be told of them.
    pub(crate) async fn connects(&self, public_token: &str) -> Item {
        let mut page = self.events().await;
        let answer = self.post("/api/items", success(public_token)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let item = self.completed(&answer.json()).await;
        // It can be read a moment before.
        let told = Change {
            item_id: item.id.clone(),
            kind: ChangeKind::Changed,
        };
        eventually(async || page.changes().await.contains(&told)).await;
        item
    }

    /// A new Item once Plaid has told of it, well or not.
    pub(crate) async fn completed(&self, new: &Item) -> Item {
        let path = format!("/api/items/{}", new.id);
        let mut item = new.clone();
        eventually(async || {
            item = self.get(&path).await.json();
            item != *new
        })
        .await;
        item
    }

    pub(crate) async fn items(&self) -> Vec<Item> {
        self.get("/api/items").await.json::<ItemList>().items
    }

    /// An open page, which hears what changes from now on.
    pub(crate) async fn events(&self) -> Page {
        let request = self.signed(
            Request::get("/api/events")
                .body(Body::empty())
                .expect("a request"),
        );
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        let mut page = Page {
            body: response.into_body(),
            text: String::new(),
        };
        while !page.text.contains("event: ready\ndata: ") {
            assert!(page.hears().await);
        }
        page
    }

    fn signed(&self, mut request: Request<Body>) -> Request<Body> {
        if let Some(cookie) = &self.cookie {
            let cookie = cookie.parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, cookie);
        }
        request
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let request = self.signed(request);
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

    /// The problem that the answer is; its promises hold for every one.
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

    /// The cookie to send from now on.
    pub(crate) fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?;
        cookie.split(';').next().map(str::to_owned)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

/// A page that listens.
pub(crate) struct Page {
    body: Body,
    text: String,
}

impl Page {
    /// How new a list of Items has to be, as the stream said when it began.
    pub(crate) fn ready(&self) -> u64 {
        let data = self.text.split("event: ready\ndata: ").nth(1);
        let data = data.and_then(|data| data.lines().next());
        data.and_then(|data| data.parse().ok()).expect("a number")
    }

    /// How often it heard that another process changed something.
    pub(crate) fn stale(&self) -> usize {
        self.text.matches("event: stale\ndata: items\n").count()
    }

    /// The changes that it has heard of and those that are on their way.
    pub(crate) async fn changes(&mut self) -> Vec<Change> {
        while let Some(heard) = self.hears().now_or_never() {
            assert!(heard, "the stream ended");
        }
        let changes = self
            .text
            .split("\n\n")
            .filter(|event| event.contains("event: change\n"));
        let data = changes
            .flat_map(str::lines)
            .filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("a change"))
            .collect()
    }

    /// Waits for the stream to end.
    pub(crate) async fn ends(&mut self) {
        while self.hears().await {}
    }

    /// Waits for more; false at the end.
    async fn hears(&mut self) -> bool {
        match self.body.frame().await {
            Some(frame) => {
                let data = frame.expect("a frame").into_data().expect("data");
                self.text
                    .push_str(std::str::from_utf8(&data).expect("text"));
                true
            }
            None => false,
        }
    }
}

/// Waits until it is so, and fails when that takes too long.
pub(crate) async fn eventually(mut it_is_so: impl AsyncFnMut() -> bool) {
    let all = async {
        while !it_is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all)
        .await
        .expect("it never was so");
}
