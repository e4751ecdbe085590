use std::path::PathBuf;
use std::sync::Arc;

use plaid_client::{PlaidClient, WebhookVerifier};
use plaid_types::ItemId;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::assets::Assets;
use crate::auth::{self, UserId};
use crate::changes::{self, Changes};
use crate::config::Config;
use crate::digest::Digest;
use crate::institutions::Institutions;
use crate::keyed_lock::KeyedLock;
use crate::new_item;
use crate::ownerless;
use crate::rate_limit::RateLimit;
use crate::recent::Recent;
use crate::reconcile;
use crate::rush::Rush;
use crate::store::{self, Store, StoreError};
use crate::sync;
use crate::vault::{Vault, VaultError};
use crate::webhooks::{self, Inbox};

/// What the handlers share: the state of the app.
#[derive(Debug)]
pub struct Backend {
    pub(crate) config: Config,
    pub(crate) plaid: PlaidClient,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Vault,
    /// Who was signed in a moment ago.
    pub(crate) sessions: Recent<Digest, UserId>,
    /// Who users are at Plaid.
    pub(crate) plaid_users: Recent<UserId, Option<String>>,
    /// What Plaid said of the banks.
    pub(crate) institutions: Institutions,
    pub(crate) assets: Assets,
    /// Tells Plaid's webhooks from forged ones.
    pub(crate) verifier: WebhookVerifier,
    /// Where webhooks come in.
    pub(crate) inbox: Inbox,
    /// What open pages listen to.
    pub(crate) changes: Changes,
    /// Rung when there are transactions to fetch.
    pub(crate) sync_bell: Arc<Notify>,
    /// One exchange at a time for a user.
    pub(crate) exchanges: KeyedLock<UserId>,
    /// One change at a time for an Item.
    pub(crate) edits: KeyedLock<ItemId>,
    /// Who waits for a public token to become an Item.
    pub(crate) rush: Rush,
    /// How many new Items may ask for their balances at the same time.
    pub(crate) completions: Semaphore,
    /// How often a user may have Plaid asked.
    pub(crate) rate_limit: RateLimit,
    /// Work that goes on when the browser that asked for it has gone.
    pub(crate) tasks: TaskTracker,
    /// Ends what waits: jobs, and the streams of open pages.
    pub(crate) stop: CancellationToken,
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
        let written = store.written_elsewhere().await?;
        let plaid = &config.plaid;
        let plaid = PlaidClient::builder(&plaid.client_id, plaid.secret.clone())
            .base_url(plaid.base_url.as_str())
            .deadline(plaid.deadline)
            .build()?;
        let (inbox, incoming) = Inbox::new();
        let backend = Arc::new(Self {
            rate_limit: RateLimit::new(config.rate_limit),
            config,
            verifier: WebhookVerifier::new(plaid.clone()),
            plaid,
            store,
            vault,
            sessions: Recent::new(auth::AGE, auth::MOST),
            plaid_users: Recent::new(ownerless::AGE, ownerless::MOST),
            institutions: Institutions::default(),
            assets,
            inbox,
            changes: Changes::default(),
            sync_bell: Arc::default(),
            exchanges: KeyedLock::default(),
            edits: KeyedLock::default(),
            rush: Rush::default(),
            completions: Semaphore::new(new_item::AT_ONCE),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        // The jobs hold the backend only while they work: it ends when its last owner lets go.
        let weak = Arc::downgrade(&backend);
        tokio::spawn(changes::look_elsewhere(weak.clone(), written));
        tokio::spawn(webhooks::keep(weak.clone(), incoming));
        tokio::spawn(webhooks::apply(weak.clone()));
        tokio::spawn(sync::run(weak.clone()));
        tokio::spawn(reconcile::run(weak.clone()));
        tokio::spawn(ownerless::run(weak));
        Ok(backend)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop.cancel();
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
