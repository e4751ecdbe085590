//! The backend as a whole: it opens the state, starts and stops the jobs, and listens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use plaid_client::PlaidClient;
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
use crate::http::connections;
use crate::http::rate_limit::RateLimits;
use crate::http::streams::Streams;
use crate::items::edit::Edits;
use crate::items::in_flight::Exchanges;
use crate::items::institutions::Institutions;
use crate::items::{resume, sweep};
use crate::link::{orphans, plaid_user, reconcile};
use crate::metrics::{Metrics, plaid_observer};
use crate::plaid_budget::PlaidBudget;
use crate::state::AppState;
use crate::store::{self, StoreError, SyncData};
use crate::transactions::sync;
use crate::vault_keys::adopt::{AdoptError, open_vault};
use crate::vault_keys::reseal;
use crate::webhooks::apply;
use crate::webhooks::bodies::Bodies;
use crate::webhooks::inbox::{self, Inbox, Incoming};
use crate::webhooks::keys;

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
        Self::start_with(config, SyncData::default()).await
    }

    /// Starts as [`start`](Self::start) does, with another function that syncs the database's log to the disk.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start_with(config: Config, sync: SyncData) -> Result<Self, StartError> {
        for problem in config.unreachable() {
            tracing::warn!("{problem}");
        }
        let assets = Assets::open(&config)?;
        let store = store::open_with(&config.database_url, sync).await?;
        let vault = open_vault(&config.vault_key_file, &*store).await?;
        let external_version = store.external_version().await?;
        let metrics = Arc::<Metrics>::default();
        let plaid = &config.plaid;
        let plaid = PlaidClient::builder(&plaid.client_id, plaid.secret.clone())
            .base_url(plaid.base_url.as_str())
            .deadline(plaid.deadline)
            .observe(plaid_observer(metrics.clone()))
            .build()?;
        let auth = Arc::new(Demo::new(store.clone(), &config));
        let (inbox, incoming) = Inbox::new();
        let tasks = TaskTracker::new();
        let changes = Arc::<Changes>::default();
        let state = Arc::new(AppState {
            rate_limits: RateLimits::new(&config),
            streams: Streams::default(),
            metrics,
            plaid_budget: PlaidBudget::new(config.plaid_rate_limit),
            config,
            webhook_verifier: keys::open_verifier(&plaid, &store, &tasks).await?,
            plaid,
            vault,
            auth,
            edits: Edits::new(store.clone(), changes.clone()),
            exchanges: Exchanges::default(),
            institutions: Institutions::default(),
            plaid_users: plaid_user::cache(),
            webhook_bodies: Bodies::default(),
            inbox,
            sync_scheduled: Notify::new(),
            keys_changed: Notify::new(),
            changes,
            store,
            tasks,
            stop: CancellationToken::new(),
        });
        start_jobs(&state, incoming, external_version);
        Ok(Self {
            router: http::router(&state, assets),
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
    let auth = state.auth.clone();
    let stop = state.stop.clone();
    tokio::spawn(async move {
        changes::watch_external_writes(&*store, &changes, &*auth, external_version, &stop).await;
    });
    tokio::spawn(inbox::store_incoming(state.store.clone(), incoming));
    tokio::spawn(apply::run(state.clone()));
    tokio::spawn(sync::run(state.clone()));
    tokio::spawn(resume::run(state.clone()));
    tokio::spawn(sweep::run(state.clone()));
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
    metrics_url: Option<String>,
    backend: Backend,
    task: AbortOnDropHandle<()>,
}

impl Server {
    /// Starts a backend and listens.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_with(config, SyncData::default()).await
    }

    /// Starts as [`start`](Self::start) does, with another function that syncs the database's log to the disk.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start_with(mut config: Config, sync: SyncData) -> Result<Self, StartError> {
        let (listener, listening) = bind("CONNECT_LISTEN", config.listen).await?;
        let measured = match config.metrics_listen {
            Some(address) => Some(bind("CONNECT_METRICS_LISTEN", address).await?),
            None => None,
        };
        if config.lacks_https() {
            tracing::warn!(
                "browsers on other machines refuse the session cookie without https: put a proxy with https in front of the \
                 backend, and set CONNECT_PUBLIC_URL to its address"
            );
        }
        config.set_local_public_url(listening);
        let backend = Backend::start_with(config, sync).await?;
        let (router, state) = (backend.router(), backend.state.clone());
        let metrics_url = measured
            .as_ref()
            .map(|(_, address)| format!("http://{address}/metrics"));
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            let served = connections::serve(listener, router, &state);
            match measured {
                Some((measured, _)) => {
                    let metrics = http::metrics(state.clone());
                    tokio::join!(served, connections::serve(measured, metrics, &state));
                }
                None => served.await,
            }
        }));
        let url = format!("http://{listening}");
        tracing::info!(url, "listening");
        Ok(Self {
            url,
            metrics_url,
            backend,
            task,
        })
    }

    /// Returns the URL it listens on, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of the measurements, such as `http://127.0.0.1:9100/metrics`.
    #[must_use]
    pub fn metrics_url(&self) -> Option<&str> {
        self.metrics_url.as_deref()
    }

    /// Serves until `stop` ends or the disk fails, and shuts down.
    ///
    /// # Errors
    ///
    /// [`StoreError::DiskFailed`] if the disk failed, or the error of `stop`: the process should exit, and be restarted.
    pub async fn run_until<E>(self, stop: impl Future<Output = Result<(), E>>) -> Result<(), E>
    where
        E: From<StoreError>,
    {
        let stopped = tokio::select! {
            stopped = stop => stopped,
            () = self.backend.state.store.failed() => {
                tracing::error!("the disk did not confirm a write to the database: the backend stops, so that it can be restarted");
                Err(StoreError::DiskFailed.into())
            }
        };
        self.shutdown().await;
        stopped
    }

    /// Returns a function that makes the backend read the vault's key file again, soon.
    pub fn key_reloader(&self) -> impl Fn() + use<> {
        let state = self.backend.state.clone();
        move || state.keys_changed.notify_one()
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

async fn bind(
    variable: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|source| StartError::Listen {
        variable,
        address,
        source,
    })
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
    #[error("cannot listen on {address} ({source}): set {variable} to a free address")]
    Listen {
        /// The variable that sets the address.
        variable: &'static str,
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
}
