//! The effects of webhooks on their Item.

use connect_api::Item;
use plaid_types::webhook::{Webhook, WebhookCode, WebhookType};
use plaid_types::{ErrorType, ItemId, PlaidError};
use time::Duration;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::items::edit::ItemEdit;
use crate::items::remove::end_at_plaid;
use crate::items::state::fetch_state;
use crate::state::AppState;
use crate::store::Repairs;
use crate::transactions::schedule;
use crate::user::UserId;

/// The code of an Item whose user has withdrawn the consent.
const REVOKED: &str = "USER_PERMISSION_REVOKED";

/// How far ahead Plaid announces the end of an Item.
const NOTICE: Duration = Duration::days(7);

/// A webhook, and when its first copy was received: webhooks have no date of their own.
#[derive(Debug)]
pub(crate) struct DatedWebhook {
    pub(crate) webhook: Webhook,
    pub(crate) first_received_at: Timestamp,
}

/// Applies the webhooks about one Item.
pub(crate) async fn apply(state: &AppState, id: &ItemId, webhooks: &[DatedWebhook]) -> Result<()> {
    let mut all = webhooks.iter();
    if all.any(|dated| announces_transactions(&dated.webhook)) {
        schedule::sync(state, id).await?;
    }
    let webhooks: Vec<_> = webhooks
        .iter()
        .filter(|dated| dated.webhook.webhook_type == WebhookType::Item)
        .collect();
    let Some(user) = state.store.owner(id).await? else {
        // Removed meanwhile, or not connected yet: then its state is fetched when it is.
        return Ok(());
    };
    if webhooks.is_empty() {
        return Ok(());
    }
    state.plaid_budget.job().await;
    let mut edit = match state.edits.begin(&user, id).await {
        Err(Error::NotFound) => return Ok(()),
        edit => edit?,
    };
    let find = |code| {
        webhooks
            .iter()
            .find(|dated| dated.webhook.webhook_code == code)
    };
    if let Some(revoked) = find(WebhookCode::UserPermissionRevoked) {
        return revoke(state, edit, &user, &revoked.webhook).await;
    }
    let before = state.store.repairs(id).await?;
    let mut repairs = before;
    if state.store.access_token(&user, id).await?.is_some() {
        for webhook in &webhooks {
            apply_hint(&mut edit.item, webhook, &mut repairs);
        }
        fetch_state(state, &user, &mut edit.item).await?;
    }
    let item = match repairs.repaired_at {
        Some(at) if repairs != before => edit.save_repaired(at, false).await?,
        _ => edit.save().await?,
    };
    if find(WebhookCode::LoginRepaired).is_some() {
        schedule::sync_if_enabled(state, &item.id).await?;
    }
    Ok(())
}

/// Whether there are transactions to fetch, in today's code or in one of the older ones.
fn announces_transactions(webhook: &Webhook) -> bool {
    webhook.webhook_type == WebhookType::Transactions
        && matches!(
            webhook.webhook_code,
            WebhookCode::SyncUpdatesAvailable
                | WebhookCode::InitialUpdate
                | WebhookCode::HistoricalUpdate
                | WebhookCode::DefaultUpdate
                | WebhookCode::TransactionsRemoved
        )
}

/// Applies what Plaid cannot be asked for, unless the Item was repaired since.
fn apply_hint(item: &mut Item, dated: &DatedWebhook, repairs: &mut Repairs) {
    let DatedWebhook {
        webhook,
        first_received_at: received_at,
    } = dated;
    match webhook.webhook_code {
        WebhookCode::NewAccountsAvailable => {
            let is_new = is_after(*received_at, repairs.accounts_selected_at);
            item.new_accounts_available |= is_new;
        }
        WebhookCode::PendingDisconnect => {
            announce_end(item, &webhook.disconnect_time, *received_at, repairs);
        }
        WebhookCode::PendingExpiration => {
            let end = &webhook.consent_expiration_time;
            announce_end(item, end, *received_at, repairs);
        }
        WebhookCode::LoginRepaired if is_after(*received_at, repairs.repaired_at) => {
            item.disconnects_at = None;
            repairs.repaired_at = Some(*received_at);
        }
        WebhookCode::UserAccountRevoked => {
            let revoked = webhook.extra.get("account_id").and_then(|id| id.as_str());
            item.accounts
                .retain(|account| Some(account.account_id.as_str()) != revoked);
        }
        _ => {}
    }
}

/// Sets when the Item ends, unless the webhook, or the announcement it repeats, is older than the last repair.
fn announce_end(item: &mut Item, end: &Option<String>, received_at: Timestamp, repairs: &Repairs) {
    let Some(time) = end.as_deref().and_then(|end| end.parse::<Timestamp>().ok()) else {
        return;
    };
    let is_new = |at| is_after(at, repairs.repaired_at);
    if is_new(received_at) && is_new(time - NOTICE) {
        item.disconnects_at.clone_from(end);
    }
}

fn is_after(at: Timestamp, repair: Option<Timestamp>) -> bool {
    repair.is_none_or(|repair| at > repair)
}

/// Removes an Item whose user has withdrawn the consent: its access token and data are erased, and a card without accounts remains.
async fn revoke(
    state: &AppState,
    edit: ItemEdit<'_>,
    user: &UserId,
    webhook: &Webhook,
) -> Result<()> {
    end_at_plaid(state, user, &edit.item.id).await?;
    let error = webhook.error.clone().unwrap_or_else(|| PlaidError {
        error_type: ErrorType::ItemError,
        error_code: REVOKED.to_owned(),
        error_message: String::new(),
        display_message: None,
        request_id: None,
        status: None,
        error_code_reason: None,
    });
    edit.erase(&error).await
}
