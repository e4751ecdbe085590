//! The inbox of webhooks. Webhooks that arrive together are stored in one transaction (group commit).

use std::sync::Arc;

use time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::store::vault::{Place, Vault};
use crate::store::{Digest, ReceivedWebhook, Store, StoreError};

/// The most webhooks that are stored in one transaction.
pub(crate) const BATCH: usize = 256;

/// How long Plaid sends copies of a webhook.
pub(crate) const RETRY_PERIOD: Duration = Duration::days(1);

/// Stores received webhooks.
#[derive(Debug)]
pub(crate) struct Inbox {
    entries: mpsc::Sender<Entry>,
    received: Arc<Notify>,
}

/// The receiving end of an [`Inbox`].
#[derive(Debug)]
pub(crate) struct Incoming {
    entries: mpsc::Receiver<Entry>,
    received: Arc<Notify>,
}

#[derive(Debug)]
enum Entry {
    /// A webhook, and the caller that waits until it is stored.
    Received(ReceivedWebhook, oneshot::Sender<Stored>),
    /// The ids of webhooks that are applied.
    Applied(Vec<i64>),
}

type Stored = std::result::Result<(), Arc<StoreError>>;

impl Inbox {
    /// Creates an inbox, and the end that [`store_incoming`] serves.
    pub(crate) fn new() -> (Self, Incoming) {
        let (sender, receiver) = mpsc::channel(BATCH);
        let received = Arc::<Notify>::default();
        let inbox = Self {
            entries: sender,
            received: received.clone(),
        };
        let incoming = Incoming {
            entries: receiver,
            received,
        };
        (inbox, incoming)
    }

    /// Stores a verified webhook. When this returns, the webhook is on the disk.
    pub(crate) async fn receive(&self, vault: &Vault, signature: &str, body: &[u8]) -> Result<()> {
        let now = Timestamp::now();
        let digest = Digest::of(body);
        let place = Place::Webhook { body: digest };
        let webhook = ReceivedWebhook {
            signature: Digest::of(signature),
            body: digest,
            copies_since: now - RETRY_PERIOD,
            sealed: vault.seal_bytes(body, &place)?,
            received_at: now,
        };
        let (reply, stored) = oneshot::channel();
        let sent = self.entries.send(Entry::Received(webhook, reply));
        sent.await.map_err(|_| Error::Stopping)?;
        let stored = stored.await.map_err(|_| Error::Stopping)?;
        stored.map_err(Error::WebhookNotStored)
    }

    /// Marks webhooks as applied, soon. If the process ends before, they are applied once more, which changes nothing.
    pub(crate) async fn mark_applied(&self, ids: Vec<i64>) {
        let _ = self.entries.send(Entry::Applied(ids)).await;
    }

    /// Returns what is notified when webhooks have been received.
    pub(crate) fn received(&self) -> &Notify {
        &self.received
    }
}

/// Job: stores what arrives, until the inbox is dropped.
pub(crate) async fn store_incoming(store: Arc<dyn Store>, mut incoming: Incoming) {
    let mut entries = Vec::new();
    while incoming.entries.recv_many(&mut entries, BATCH).await > 0 {
        let (mut received, mut replies, mut applied) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries.drain(..) {
            match entry {
                Entry::Received(webhook, reply) => {
                    received.push(webhook);
                    replies.push(reply);
                }
                Entry::Applied(ids) => applied.extend(ids),
            }
        }
        let stored = store.store_webhooks(&received, &applied).await;
        let stored = stored.map_err(Arc::new);
        if let Err(error) = &stored {
            tracing::error!(cause = chain(error), "storing webhooks failed");
        }
        for reply in replies {
            // If the caller has gone, Plaid retries.
            let _ = reply.send(stored.clone());
        }
        if !received.is_empty() {
            incoming.received.notify_one();
        }
    }
}
