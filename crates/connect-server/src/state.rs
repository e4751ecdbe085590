//! What the handlers and jobs share.

use std::sync::Arc;

use moka::future::Cache;
use plaid_client::{PlaidClient, WebhookVerifier};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Authenticator;
use crate::changes::Changes;
use crate::config::Config;
use crate::http::rate_limit::RateLimits;
use crate::http::streams::Streams;
use crate::items::edit::Edits;
use crate::items::in_flight::Exchanges;
use crate::items::institutions::Institutions;
use crate::metrics::Metrics;
use crate::plaid_budget::PlaidBudget;
use crate::store::Store;
use crate::store::vault::Vault;
use crate::user::UserId;
use crate::webhooks::bodies::Bodies;
use crate::webhooks::inbox::Inbox;

/// The state of the backend.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) config: Config,
    pub(crate) plaid: PlaidClient,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Vault,
    pub(crate) auth: Arc<dyn Authenticator>,
    /// Gives out Items for editing, one at a time.
    pub(crate) edits: Edits,
    /// The exchanges of public tokens under way.
    pub(crate) exchanges: Exchanges,
    /// The names and colours of institutions.
    pub(crate) institutions: Institutions,
    /// The ids of our users at Plaid; `None` for an account without them.
    pub(crate) plaid_users: Cache<UserId, Option<String>>,
    /// Verifies that a webhook is Plaid's.
    pub(crate) webhook_verifier: WebhookVerifier,
    /// The memory for webhooks that are being received.
    pub(crate) webhook_bodies: Bodies,
    /// Stores received webhooks.
    pub(crate) inbox: Inbox,
    /// Wakes the job that fetches transactions.
    pub(crate) sync_scheduled: Notify,
    /// Wakes the job that adopts the vault's keys.
    pub(crate) keys_changed: Notify,
    /// Notifies open pages.
    pub(crate) changes: Arc<Changes>,
    pub(crate) rate_limits: RateLimits,
    pub(crate) streams: Streams,
    pub(crate) metrics: Arc<Metrics>,
    /// Limits the calls to Plaid of all users and jobs.
    pub(crate) plaid_budget: PlaidBudget,
    /// Work that continues when the browser that asked for it has gone.
    pub(crate) tasks: TaskTracker,
    /// Stops the jobs and the event streams of open pages.
    pub(crate) stop: CancellationToken,
}
