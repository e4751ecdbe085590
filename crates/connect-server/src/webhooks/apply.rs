//! Job: applies stored webhooks.

use std::collections::BTreeMap;
use std::sync::Arc;

use plaid_types::webhook::{Webhook, WebhookType};
use plaid_types::{ItemId, LinkToken};
use time::Duration;
use tokio::sync::Semaphore;

use super::inbox::{BATCH, RETRY_PERIOD};
use super::item::{self, DatedWebhook};
use crate::clock::Timestamp;
use crate::error::chain;
use crate::job::Schedule;
use crate::link::reconcile;
use crate::state::AppState;
use crate::store::PendingWebhook;
use crate::store::vault::Place;

/// How many Items and Link tokens are worked on at the same time.
const CONCURRENCY: usize = 16;

/// When a webhook is tried again that is not applied by then, because Plaid was down or the process has ended.
const RETRY_DELAY: Duration = Duration::seconds(60);

/// How often due webhooks are looked for if none is received.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

/// Applies webhooks, also those of an earlier process, until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    let schedule = Schedule::new(&state.stop, POLL_INTERVAL);
    let mut schedule = schedule.woken_by(state.inbox.received());
    while schedule.next().await {
        apply_due(&state, &permits).await;
    }
}

async fn apply_due(state: &Arc<AppState>, permits: &Arc<Semaphore>) {
    loop {
        let now = Timestamp::now();
        let due = state
            .store
            .due_webhooks(now, now + RETRY_DELAY, BATCH)
            .await;
        let due = due.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&error), "looking for webhooks failed");
            Vec::new()
        });
        if due.is_empty() {
            return;
        }
        for (subject, group) in by_subject(state, &due) {
            let Ok(permit) = permits.clone().acquire_owned().await else {
                return;
            };
            let (state, tasks) = (state.clone(), state.tasks.clone());
            tasks.spawn(async move {
                apply_group(&state, &subject, group).await;
                drop(permit);
            });
        }
    }
}

/// What a webhook is about. Webhooks with the same subject are applied together, with one request to Plaid.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Item(ItemId),
    LinkToken(LinkToken),
    Unknown,
}

#[derive(Default)]
struct Group {
    ids: Vec<i64>,
    /// Those that could be read.
    webhooks: Vec<DatedWebhook>,
}

fn by_subject(state: &AppState, pending: &[PendingWebhook]) -> BTreeMap<Subject, Group> {
    let mut groups = BTreeMap::<_, Group>::new();
    for pending in pending {
        let webhook = open(state, pending);
        let subject = webhook.as_ref().map_or(Subject::Unknown, subject);
        let group = groups.entry(subject).or_default();
        group.ids.push(pending.id);
        group.webhooks.extend(webhook.map(|webhook| DatedWebhook {
            webhook,
            first_received_at: pending.first_received_at,
        }));
    }
    groups
}

fn subject(webhook: &Webhook) -> Subject {
    match webhook {
        Webhook {
            webhook_type: WebhookType::Link,
            link_token: Some(token),
            ..
        } => Subject::LinkToken(token.clone()),
        Webhook {
            item_id: Some(id), ..
        } => Subject::Item(id.clone()),
        _ => Subject::Unknown,
    }
}

fn open(state: &AppState, pending: &PendingWebhook) -> Option<Webhook> {
    let place = Place::Webhook { body: pending.body };
    match state.vault.unseal_bytes(&pending.sealed, &place) {
        Ok(body) => serde_json::from_slice(&body).ok(),
        Err(error) => {
            tracing::error!(id = pending.id, %error, "opening a webhook failed");
            None
        }
    }
}

async fn apply_group(state: &Arc<AppState>, subject: &Subject, group: Group) {
    let Group { ids, webhooks } = group;
    for DatedWebhook { webhook, .. } in &webhooks {
        let (kind, code) = (&webhook.webhook_type, &webhook.webhook_code);
        let item_id = webhook.item_id.as_ref().map(ItemId::as_str);
        let reason = webhook.reason.as_deref();
        tracing::info!(%kind, %code, item_id, reason, "applying a webhook");
    }
    let applied = match subject {
        Subject::Item(id) => item::apply(state, id, &webhooks).await,
        Subject::LinkToken(token) => reconcile::ask_about(state, token).await,
        Subject::Unknown => Ok(()),
    };
    if let Err(error) = applied {
        let oldest = Timestamp::now() - RETRY_PERIOD;
        if webhooks
            .iter()
            .any(|webhook| webhook.first_received_at > oldest)
        {
            tracing::warn!(
                cause = chain(&error),
                "applying webhooks failed; they are retried"
            );
            return;
        }
        tracing::error!(
            cause = chain(&error),
            "applying webhooks failed for a day; they are dropped"
        );
    }
    state.inbox.mark_applied(ids).await;
}
