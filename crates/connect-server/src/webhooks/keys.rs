//! The keys of webhooks in the database, so that a new process need not ask Plaid for them.

use std::sync::Arc;

use plaid_client::{KeyStore, PlaidClient, WebhookKey, WebhookVerifier};
use tokio_util::task::TaskTracker;

use crate::error::chain;
use crate::store::{Result, Store};

/// Creates a verifier with the keys of the database.
pub(crate) async fn open_verifier(
    plaid: &PlaidClient,
    store: &Arc<dyn Store>,
    tasks: &TaskTracker,
) -> Result<WebhookVerifier> {
    let known = store.webhook_keys().await?;
    let keys = StoredKeys {
        store: store.clone(),
        tasks: tasks.clone(),
    };
    Ok(WebhookVerifier::with_store(plaid.clone(), known, keys))
}

#[derive(Debug)]
struct StoredKeys {
    store: Arc<dyn Store>,
    tasks: TaskTracker,
}

impl StoredKeys {
    fn spawn(&self, written: impl Future<Output = Result<()>> + Send + 'static) {
        self.tasks.spawn(async move {
            if let Err(error) = written.await {
                let cause = chain(&error);
                tracing::error!(cause, "storing a webhook key failed");
            }
        });
    }
}

impl KeyStore for StoredKeys {
    fn keep(&self, key: WebhookKey) {
        let store = self.store.clone();
        self.spawn(async move { store.save_webhook_key(&key).await });
    }

    fn forget(&self, kid: &str) {
        let (store, kid) = (self.store.clone(), kid.to_owned());
        self.spawn(async move { store.delete_webhook_key(&kid).await });
    }
}
