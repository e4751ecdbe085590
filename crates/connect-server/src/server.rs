//! The backend as a whole: it opens the state, starts and stops the jobs, and listens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use plaid_client::{PlaidClient, WebhookVerifier};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::auth::demo::Demo;
use crate::changes::{self, Changes};
use crate::cleanup;
use crate::config::Config;
use crate::http;
use crate::http::assets::{Assets, AssetsError};
use crate::http::rate_limit::RateLimit;
use crate::items::edit::Edits;
use crate::items::in_flight::Exchanges;
use crate::items::institutions::Institutions;
use crate::items::resume;
use crate::link::{orphans, plaid_user, reconcile};
use crate::state::AppState;
use crate::store::{self, StoreError};
use crate::transactions::sync;
use crate::vault_keys::adopt::{AdoptError, open_vault};
use crate::vault_keys::reseal;
use crate::webhooks::apply;
use crate::webhooks::inbox::{self, Inbox, Incoming};

/// How long requests and exchanges may take to finish when the server stops.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// A running backend: its state and its jobs.
#[derive(Debug)]
#[must_use = "dropping the backend stops its jobs at once; `shutdown` lets its tasks finish"]
pub struct Backend {
    state: Arc<AppState>,
    router: Router,
    _stop_on_drop: DropGuard,
}

impl Backend {
    /// Opens the database, the vault and the built app, and starts the jobs.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let assets = Assets::open(&config)?;
        let store = store::open(&config.database_url).await?;
        let vault = open_vault(&config.vault_key_file, &*store).await?;
        let external_version = store.external_version().await?;
        let plaid = &config.plaid;
        let plaid = PlaidClient::builder(&plaid.client_id, plaid.secret.clone())
            .base_url(plaid.base_url.as_str())
            .deadline(plaid.deadline)
            .build()?;
        let (inbox, incoming) = Inbox::new();
        let changes = Arc::<Changes>::default();
        let state = Arc::new(AppState {
            rate_limit: RateLimit::new(config.rate_limit),
            config,
            webhook_verifier: WebhookVerifier::new(plaid.clone()),
            plaid,
            vault,
            auth: Box::new(Demo::new(store.clone())),
            edits: Edits::new(store.clone(), changes.clone()),
            exchanges: Exchanges::default(),
            institutions: Institutions::default(),
            plaid_users: plaid_user::cache(),
            inbox,
            sync_scheduled: Notify::new(),
            keys_changed: Notify::new(),
            changes,
            store,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        start_jobs(&state, incoming, external_version);
        Ok(Self {
            router: http::router(state.clone(), assets),
            _stop_on_drop: state.stop.clone().drop_guard(),
            state,
        })
    }

    /// Returns the routes of the API and of the app.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Reads the vault's key file again, soon.
    pub fn reload_keys(&self) {
        self.state.keys_changed.notify_one();
    }

    /// Stops the jobs, waits until the tasks under way have finished, at most ten seconds, and closes the database.
    pub async fn shutdown(self) {
        self.shutdown_after(std::future::ready(())).await;
    }

    /// Stops the jobs, waits until the requests have been served and the tasks have finished, and closes the database.
    async fn shutdown_after(self, served: impl Future<Output = ()>) {
        let AppState {
            stop, tasks, store, ..
        } = &*self.state;
        stop.cancel();
        tasks.close();
        let finished = async {
            served.await;
            tasks.wait().await;
        };
        if tokio::time::timeout(GRACE_PERIOD, finished).await.is_err() {
            tracing::warn!("requests were aborted");
        }
        store.close().await;
    }
}

/// Starts every job. They run until `state.stop` is cancelled.
fn start_jobs(state: &Arc<AppState>, incoming: Incoming, external_version: i64) {
    let (store, changes) = (state.store.clone(), state.changes.clone());
    let stop = state.stop.clone();
    tokio::spawn(async move {
        changes::watch_external_writes(&*store, &changes, external_version, &stop).await;
    });
    tokio::spawn(inbox::store_incoming(state.store.clone(), incoming));
    tokio::spawn(apply::run(state.clone()));
    tokio::spawn(sync::run(state.clone()));
    tokio::spawn(resume::run(state.clone()));
    tokio::spawn(reconcile::run(state.clone()));
    tokio::spawn(orphans::run(state.clone()));
    tokio::spawn(cleanup::run(state.clone()));
    tokio::spawn(reseal::run(state.clone()));
}

/// A backend that listens.
#[derive(Debug)]
#[must_use = "dropping the server stops it at once; `shutdown` lets its requests finish"]
pub struct Server {
    url: String,
    backend: Backend,
    task: AbortOnDropHandle<()>,
}

impl Server {
    /// Starts a backend and listens.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        let address = config.listen;
        let unable = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(unable)?;
        let listening = listener.local_addr().map_err(unable)?;
        config.set_local_public_url(listening);
        let backend = Backend::start(config).await?;
        let serve = axum::serve(listener, backend.router())
            .with_graceful_shutdown(backend.state.stop.clone().cancelled_owned());
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "listening failed");
            }
        }));
        let url = format!("http://{listening}");
        tracing::info!(url, "listening");
        Ok(Self { url, backend, task })
    }

    /// Returns the URL it listens on, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Reads the vault's key file again, soon.
    pub fn reload_keys(&self) {
        self.backend.reload_keys();
    }

    /// Accepts no more requests, and ends when those under way have finished, after at most ten seconds.
    pub async fn shutdown(self) {
        let Self { backend, task, .. } = self;
        let served = async {
            let _ = task.await;
        };
        backend.shutdown_after(served).await;
    }
}

/// Why a backend does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The built app cannot be served.
    #[error(transparent)]
    Assets(#[from] AssetsError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault cannot be opened.
    #[error(transparent)]
    Vault(#[from] AdoptError),
    /// Plaid's client cannot be created.
    #[error(transparent)]
    Plaid(#[from] plaid_client::Error),
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address} ({source}): set CONNECT_LISTEN to a free address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
}
