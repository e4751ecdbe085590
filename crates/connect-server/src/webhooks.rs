//! Webhooks: kept before they are acknowledged, applied afterwards, however often and in whatever order they come.
//!
//! A webhook is a hint. What it hints at is asked of Plaid, so that a copy changes nothing and an old one does no harm.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use plaid_types::webhook::{Webhook, WebhookType};
use plaid_types::{ItemId, LinkToken};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::clock::{iso, iso_now};
use crate::digest::Digest;
use crate::error::{Error, Result, chain};
use crate::item_webhooks;
use crate::reconcile;
use crate::store::{PendingWebhook, ReceivedWebhook, StoreError};

/// What the sealed bodies are about, for the vault.
const ABOUT: &str = "webhook";

/// How many are kept in one transaction, and taken up in one go.
const BATCH: usize = 256;

/// How many Items are worked on at the same time.
const AT_ONCE: usize = 16;

/// One that is not applied by then, because Plaid was down or this process ended, is taken up again.
const TRY_AGAIN_AFTER: Duration = Duration::seconds(60);

/// So long Plaid sends copies of a webhook, and so long one that cannot be applied is tried again.
const PATIENCE: Duration = Duration::days(1);

/// How long nothing is looked for when nothing comes in.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(15);

/// What is to be written down.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A webhook, and who waits for it to be on the disk.
    Received(
        ReceivedWebhook,
        oneshot::Sender<std::result::Result<(), Arc<StoreError>>>,
    ),
    /// These are applied.
    Applied(Vec<i64>),
}

/// Takes webhooks in. Those that come together are kept in one transaction: the disk is waited for once for all.
#[derive(Debug)]
pub(crate) struct Inbox {
    entries: mpsc::Sender<Entry>,
    /// Rung when there is something to apply.
    bell: Arc<Notify>,
}

impl Inbox {
    /// An inbox, and what [`keep`] empties.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Entry>) {
        let (entries, incoming) = mpsc::channel(BATCH);
        (
            Self {
                entries,
                bell: Arc::default(),
            },
            incoming,
        )
    }
}

/// Keeps a verified webhook; when this returns, it is on the disk.
pub(crate) async fn receive(backend: &Backend, signature: &str, body: &[u8]) -> Result<()> {
    let now = OffsetDateTime::now_utc();
    let webhook = ReceivedWebhook {
        signature: Digest::of(signature),
        body: Digest::of(body),
        copied_since: iso(now - PATIENCE),
        sealed: backend.vault.seal_bytes(body, ABOUT)?,
        received_at: iso(now),
    };
    let (receipt, kept) = oneshot::channel();
    let entry = Entry::Received(webhook, receipt);
    backend
        .inbox
        .entries
        .send(entry)
        .await
        .map_err(|_| Error::Stopping)?;
    kept.await
        .map_err(|_| Error::Stopping)?
        .map_err(Error::NotKept)
}

/// Writes down what comes in, for as long as the backend lives.
pub(crate) async fn keep(backend: Weak<Backend>, mut incoming: mpsc::Receiver<Entry>) {
    let mut entries = Vec::new();
    while incoming.recv_many(&mut entries, BATCH).await > 0 {
        let Some(backend) = backend.upgrade() else {
            return;
        };
        let (mut received, mut receipts, mut applied) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries.drain(..) {
            match entry {
                Entry::Received(webhook, receipt) => {
                    received.push(webhook);
                    receipts.push(receipt);
                }
                Entry::Applied(ids) => applied.extend(ids),
            }
        }
        let kept = backend
            .store
            .keep_webhooks(&received, &applied)
            .await
            .map_err(Arc::new);
        if let Err(error) = &kept {
            tracing::error!(cause = chain(error), "webhooks could not be kept");
        }
        for receipt in receipts {
            // Whoever does not wait any more is sent another copy by Plaid.
            let _ = receipt.send(kept.clone());
        }
        if !received.is_empty() {
            backend.inbox.bell.notify_one();
        }
    }
}

/// Applies what was kept, also what an earlier process left, for as long as the backend lives.
pub(crate) async fn apply(backend: Weak<Backend>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    while let Some((bell, stop)) = apply_pending(&backend, &room).await {
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Takes up all that is to be applied now; what to wait for then, if the backend still lives.
async fn apply_pending(
    backend: &Weak<Backend>,
    room: &Arc<Semaphore>,
) -> Option<(Arc<Notify>, CancellationToken)> {
    let backend = backend.upgrade()?;
    loop {
        let again_at = iso(OffsetDateTime::now_utc() + TRY_AGAIN_AFTER);
        let pending = backend
            .store
            .webhooks_to_apply(&iso_now(), &again_at, BATCH)
            .await;
        let pending = pending.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&error), "webhooks could not be taken up");
            Vec::new()
        });
        if pending.is_empty() {
            return Some((backend.inbox.bell.clone(), backend.stop.clone()));
        }
        for (subject, group) in by_subject(&backend, &pending) {
            let permit = room.clone().acquire_owned().await.ok()?;
            let backend = backend.clone();
            let tasks = backend.tasks.clone();
            tasks.spawn(async move {
                apply_group(&backend, &subject, group).await;
                drop(permit);
            });
        }
    }
}

/// A webhook, and when the first copy of it came.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) webhook: Webhook,
    pub(crate) at: String,
}

/// What a webhook is about: those about the same are applied together, and cost one question to Plaid.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Item(ItemId),
    Link(LinkToken),
    Unknown,
}

type Group = Vec<(i64, Option<Told>)>;

fn by_subject(backend: &Backend, pending: &[PendingWebhook]) -> BTreeMap<Subject, Group> {
    let mut groups = BTreeMap::<_, Group>::new();
    for pending in pending {
        let webhook = open(backend, pending);
        let subject = match &webhook {
            Some(Webhook {
                webhook_type: WebhookType::Link,
                link_token: Some(token),
                ..
            }) => Subject::Link(token.clone()),
            Some(Webhook {
                item_id: Some(id), ..
            }) => Subject::Item(id.clone()),
            _ => Subject::Unknown,
        };
        let told = webhook.map(|webhook| Told {
            webhook,
            at: pending.told_at.clone(),
        });
        groups.entry(subject).or_default().push((pending.id, told));
    }
    groups
}

fn open(backend: &Backend, pending: &PendingWebhook) -> Option<Webhook> {
    let body = backend.vault.unseal_bytes(&pending.sealed, ABOUT);
    let body = body
        .inspect_err(|error| tracing::error!(id = pending.id, %error, "a webhook"))
        .ok()?;
    serde_json::from_slice(&body).ok()
}

async fn apply_group(backend: &Arc<Backend>, subject: &Subject, group: Group) {
    let (ids, told): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    let told: Vec<_> = told.into_iter().flatten().collect();
    for Told { webhook, .. } in &told {
        let (kind, code) = (&webhook.webhook_type, &webhook.webhook_code);
        let item_id = webhook.item_id.as_ref().map(ItemId::as_str);
        let reason = webhook.reason.as_deref();
        tracing::info!(%kind, %code, item_id, reason, "webhook");
    }
    let applied = match subject {
        Subject::Item(id) => item_webhooks::apply(backend, id, &told).await,
        Subject::Link(token) => reconcile::ask_about(backend, token).await,
        // Kept, for whoever comes to know it.
        Subject::Unknown => Ok(()),
    };
    if let Err(error) = applied {
        let old = iso(OffsetDateTime::now_utc() - PATIENCE);
        if told.iter().any(|told| told.at > old) {
            tracing::warn!(cause = chain(&error), "webhooks wait for another try");
            return;
        }
        tracing::error!(cause = chain(&error), "webhooks are given up");
    }
    // Without the note they are applied once more, and that changes nothing.
    let _ = backend.inbox.entries.send(Entry::Applied(ids)).await;
}
