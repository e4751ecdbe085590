use std::path::PathBuf;
use std::sync::Arc;

use plaid_client::PlaidClient;
use tokio_util::task::TaskTracker;

use crate::assets::Assets;
use crate::config::Config;
use crate::digest::Digest;
use crate::keyed_lock::KeyedLock;
use crate::store::{self, Store, StoreError};
use crate::vault::{Vault, VaultError};

/// What the handlers share: the state of the app.
#[derive(Debug)]
pub struct Backend {
    pub(crate) config: Config,
    pub(crate) plaid: PlaidClient,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Vault,
    pub(crate) assets: Assets,
    /// One exchange at a time for a public token.
    pub(crate) exchanges: KeyedLock<Digest>,
    /// Work that goes on when the browser that asked for it has gone.
    pub(crate) tasks: TaskTracker,
}

impl Backend {
    /// Opens the database, the vault and the built app.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn open(config: Config) -> Result<Arc<Self>, StartError> {
        let assets = Assets::open(&config)?;
        let store = store::open(&config.database_url).await?;
        let vault = open_vault(&config, &*store).await?;
        let plaid = &config.plaid;
        let plaid = PlaidClient::builder(&plaid.client_id, plaid.secret.clone())
            .base_url(plaid.base_url.as_str())
            .deadline(plaid.deadline)
            .build()?;
        Ok(Arc::new(Self {
            config,
            plaid,
            store,
            vault,
            assets,
            exchanges: KeyedLock::default(),
            tasks: TaskTracker::new(),
        }))
    }
}

/// A database and the key it was written with belong together; only a database without tokens may get a new key.
async fn open_vault(config: &Config, store: &dyn Store) -> Result<Vault, StartError> {
    let path = &config.vault_key_file;
    let check = store.vault_check().await?;
    let exists = path.try_exists().map_err(|source| VaultError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let vault = match &check {
        _ if exists => Vault::open(path)?,
        None => Vault::create(path)?,
        Some(_) => return Err(VaultError::Missing { path: path.clone() }.into()),
    };
    match check {
        Some(check) if !vault.made(&check) => {
            Err(VaultError::OtherKey { path: path.clone() }.into())
        }
        Some(_) => Ok(vault),
        None => {
            store.set_vault_check(&vault.check()?).await?;
            Ok(vault)
        }
    }
}

/// Why a backend does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The built app is not there.
    #[error("{} cannot be read ({source}): build the app first, or point CONNECT_DIST at it", path.display())]
    Dist {
        /// Its page.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The page has no place for what the backend adds.
    #[error("{} has no </head>: it is not the built app", path.display())]
    Page {
        /// The page.
        path: PathBuf,
    },
    /// The database does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Plaid's client cannot be set up.
    #[error(transparent)]
    Plaid(#[from] plaid_client::Error),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address} ({source}): set CONNECT_LISTEN to a free address")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}
