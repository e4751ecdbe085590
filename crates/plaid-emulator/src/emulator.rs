//! A running emulator: its start and its stop.

use std::{io, net::SocketAddr, sync::Arc};

use axum::serve::ListenerExt as _;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    redirect::RedirectUris,
    router::router,
    state::{AppState, Config},
};

/// The default client id.
pub const CLIENT_ID: &str = "emulator-client-id";
/// The default secret.
pub const SECRET: &str = "emulator-secret";

/// A running emulator. It stops when dropped.
///
/// ```
/// # tokio_test(async {
/// use plaid_emulator::Emulator;
///
/// let plaid = Emulator::start().await?;
/// assert!(plaid.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), plaid_emulator::StartError>(())
/// # });
/// # fn tokio_test<F: Future<Output = Result<(), plaid_emulator::StartError>>>(f: F) {
/// #     tokio::runtime::Runtime::new().expect("a runtime").block_on(f).expect("a free port");
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the emulator stops when this is dropped"]
pub struct Emulator {
    state: AppState,
    tasks: [JoinHandle<()>; 3],
}

impl Emulator {
    /// Starts on a free port of 127.0.0.1, with a fixed seed.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Creates a builder, for settings other than the defaults.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 0,
            client_id: CLIENT_ID.to_owned(),
            secret: SECRET.to_owned(),
            redirect_uris: RedirectUris::default(),
        }
    }

    /// The base URL of the API, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.state.config.url
    }

    /// The URL of Link's script.
    #[must_use]
    pub fn link_script_url(&self) -> String {
        format!("{}/link/v2/stable/link-initialize.js", self.url())
    }

    /// The client id that requests must have.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.state.config.client_id
    }

    /// The secret that requests must have.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.state.config.secret
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// The settings of an emulator that is not running yet.
#[derive(Debug)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    listen: SocketAddr,
    seed: u64,
    client_id: String,
    secret: String,
    redirect_uris: RedirectUris,
}

impl Builder {
    /// Sets the address to listen on; port 0 takes a free port.
    pub fn listen(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self
    }

    /// Sets the seed. Emulators with the same seed create the same ids and tokens in the same order.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the client id and the secret that requests must have.
    pub fn keys(mut self, client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self.secret = secret.into();
        self
    }

    /// Sets the redirect URIs that Link tokens can use. The default is `/oauth` on any port of this machine.
    ///
    /// A `*` matches letters, digits, hyphens and dots: `https://*.example.com/oauth`, `http://localhost:*/oauth`.
    pub fn redirect_uris(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redirect_uris = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    /// When the address is in use or not an address of this machine.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let failed = |source| StartError {
            listen: self.listen,
            source,
        };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let config = Config {
            url: format!("http://{address}"),
            client_id: self.client_id,
            secret: self.secret,
            redirect_uris: self.redirect_uris,
        };
        let state = AppState::new(config, self.seed);
        let router = router(state.clone());
        let listener = listener.tap_io(|connection| {
            // Without it, small responses can wait for the client's acknowledgement.
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "setting TCP_NODELAY failed");
            }
        });
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "server stopped");
            }
        });
        let world = Arc::clone(&state.world);
        let schedule = tokio::spawn(async move { world.run_schedule().await });
        let deliveries = tokio::spawn(Arc::clone(&state.webhooks).deliver());
        Ok(Emulator {
            state,
            tasks: [server, schedule, deliveries],
        })
    }
}

/// The emulator could not start.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {listen}: {source}; choose another address, or stop the program that uses it"
)]
pub struct StartError {
    listen: SocketAddr,
    source: io::Error,
}
