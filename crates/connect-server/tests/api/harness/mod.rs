//! A backend for one test, and the browsers that use it.

mod browser;
mod config;
mod disk;
mod event_stream;
mod killable;

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::http::{Request, StatusCode};
use connect_server::{Backend, Config, StartError, Storage};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqlitePool};
use tempfile::TempDir;

use crate::stub_plaid::StubPlaid;

pub(crate) use self::browser::{Answer, Browser};
pub(crate) use self::config::config;
pub(crate) use self::disk::Disk;
pub(crate) use self::killable::KillableBackend;

/// A backend with its own database and directory, and a stub of Plaid.
pub(crate) struct TestBackend {
    pub(crate) plaid: StubPlaid,
    pub(crate) config: Config,
    /// `None` once it is stopped.
    backend: Option<Backend>,
    folder: TempDir,
}

impl TestBackend {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a backend with changed settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_with_on(change, &Disk::default()).await
    }

    /// Starts a backend on a disk of the test.
    pub(crate) async fn start_on(disk: &Disk) -> Self {
        Self::start_with_on(|_| {}, disk).await
    }

    async fn start_with_on(change: impl FnOnce(&mut Config), disk: &Disk) -> Self {
        crate::log::start();
        let plaid = StubPlaid::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(&folder, &plaid.url);
        change(&mut config);
        let backend = Backend::start_with(config.clone(), disk.sync_data()).await;
        let backend = backend.expect("a backend");
        Self {
            plaid,
            config,
            backend: Some(backend),
            folder,
        }
    }

    /// Where the backend stores its data.
    pub(crate) fn storage(&self) -> Storage {
        Storage {
            database_url: self.config.database_url.clone(),
            vault_key_file: self.config.vault_key_file.clone(),
        }
    }

    /// Starts another process on the same database, which can be killed.
    pub(crate) async fn start_killable(&self) -> KillableBackend {
        KillableBackend::start(self.config.clone()).await
    }

    /// Starts another process on the same database.
    pub(crate) async fn replica(&self) -> Backend {
        Backend::start(self.config.clone())
            .await
            .expect("a backend")
    }

    /// Replaces the process by another one on the same database.
    pub(crate) async fn restart(&mut self) -> Result<(), StartError> {
        self.backend = Some(Backend::start(self.config.clone()).await?);
        Ok(())
    }

    /// Stops the process, once it has closed the database.
    pub(crate) async fn shut_down(&mut self) {
        if let Some(backend) = self.backend.take() {
            backend.shutdown().await;
        }
    }

    /// Makes the process read the vault's keys again.
    pub(crate) fn reload_keys(&self) {
        let backend = self.backend.as_ref();
        backend.expect("a running backend").reload_keys();
    }

    /// Stops the process.
    pub(crate) fn stop(&mut self) {
        self.backend = None;
    }

    /// Changes the database behind the backend's back.
    pub(crate) async fn execute_sql(&self, sql: impl Into<String>) {
        let pool = self.open_database().await;
        sqlx::raw_sql(AssertSqlSafe(sql.into()))
            .execute(&pool)
            .await
            .expect("SQL");
        pool.close().await;
    }

    /// Returns the result of a `SELECT count(*)`.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let pool = self.open_database().await;
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&pool)
            .await;
        pool.close().await;
        count.expect("a number")
    }

    /// Locks the database for writing until the guard is dropped.
    pub(crate) async fn lock_database(&self) -> impl Sized + use<> {
        let pool = self.open_database().await;
        pool.begin_with("BEGIN IMMEDIATE").await.expect("a lock")
    }

    async fn open_database(&self) -> SqlitePool {
        let pool = SqlitePool::connect(&self.config.database_url).await;
        pool.expect("a database")
    }

    /// Returns the path of a file in the backend's directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A browser without a session.
    pub(crate) fn visitor(&self) -> Browser {
        Browser::new(self.router())
    }

    /// A browser with a session, of which nothing is stored yet.
    pub(crate) async fn browser(&self) -> Browser {
        let visitor = self.visitor();
        let answer = visitor.get("/").await;
        visitor.with_cookie(&answer.cookie().expect("a session"))
    }

    /// A browser whose user is stored.
    pub(crate) async fn user(&self) -> Browser {
        let browser = self.browser().await;
        let answer = browser.post("/api/link/tokens", json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        browser
    }

    /// The same browser, which now uses the process after a [`restart`](Self::restart).
    pub(crate) fn reconnect(&self, browser: Browser) -> Browser {
        browser.with_router(self.router())
    }

    fn router(&self) -> Router {
        let backend = self.backend.as_ref();
        backend.expect("a running backend").router()
    }

    /// Sends a webhook, signed as Plaid signs it.
    pub(crate) async fn send_webhook(&self, body: &Value) -> Answer {
        let body = format!("{body:#}");
        let signature = self.plaid.signer.sign(&body, 0);
        self.deliver_webhook(&signature, &body).await
    }

    /// Sends a webhook with a signature of the test's choice.
    pub(crate) async fn deliver_webhook(&self, signature: &str, body: &str) -> Answer {
        let request = Request::post("/api/webhooks/plaid").header("plaid-verification", signature);
        self.visitor()
            .send(request.body(body.to_owned().into()).expect("a request"))
            .await
    }

    pub(crate) async fn wait_until_webhooks_are_applied(&self) {
        let pending = "SELECT count(*) FROM webhooks WHERE due_at IS NOT NULL";
        wait_until(async || self.count(pending).await == 0).await;
    }
}

/// The body with which the app submits a success of Link.
pub(crate) fn success(public_token: &str) -> Value {
    json!({ "public_token": public_token, "metadata": {
        "institution": { "name": "Platypus", "institution_id": "ins_109508" },
        "accounts": [], "link_session_id": "session-1",
    } })
}

/// Waits until a condition holds, and panics after 30 seconds.
pub(crate) async fn wait_until(mut condition: impl AsyncFnMut() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), holds)
        .await
        .expect("the condition holds in time");
}
