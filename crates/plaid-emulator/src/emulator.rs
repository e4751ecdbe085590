//! Starts and stops the emulator.

use std::{io, net::SocketAddr};

use axum::serve::ListenerExt as _;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    app::{App, Config},
    redirect::RedirectUris,
};

/// The client id that the emulator accepts unless told otherwise.
pub const CLIENT_ID: &str = "emulator-client-id";
/// The secret that the emulator accepts unless told otherwise.
pub const SECRET: &str = "emulator-secret";

/// A running emulator; it stops when dropped.
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
    app: App,
    tasks: [JoinHandle<()>; 2],
}

impl Emulator {
    /// Starts on a free port of 127.0.0.1, with a fixed seed.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Where to listen, the seed, the keys: chosen before the start.
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
        &self.app.config.url
    }

    /// Where Link's script is.
    #[must_use]
    pub fn link_script_url(&self) -> String {
        format!("{}/link/v2/stable/link-initialize.js", self.url())
    }

    /// The client id that callers must send.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.app.config.client_id
    }

    /// The secret that callers must send.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.app.config.secret
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// What can be chosen before the start.
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
    /// Where to listen; port 0 takes a free one.
    pub fn listen(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self
    }

    /// Two emulators with one seed make the same ids and tokens in the same order.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The keys that callers must send.
    pub fn keys(mut self, client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self.secret = secret.into();
        self
    }

    /// The redirect URIs that Link tokens may name, instead of `/oauth` on any port of this machine.
    ///
    /// A `*` stands for letters, digits, hyphens and dots: `https://*.example.com/oauth`, `http://localhost:*/oauth`.
    pub fn redirect_uris(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redirect_uris = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// When the address is taken or not of this machine.
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
        let app = App::new(config, self.seed);
        let router = app.clone().router();
        let listener = listener.tap_io(|connection| {
            // Without it, small answers may wait for the caller's acknowledgement.
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays slow");
            }
        });
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the emulator stopped");
            }
        });
        let life = tokio::spawn(app.clone().live());
        Ok(Emulator {
            app,
            tasks: [server, life],
        })
    }
}

/// The emulator could not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}: {source}; choose another address or stop what uses it")]
pub struct StartError {
    listen: SocketAddr,
    source: io::Error,
}
