//! What webhooks about an Item do to it.

use connect_api::{Item, ItemStatus};
use plaid_types::webhook::{Webhook, WebhookCode, WebhookType};
use plaid_types::{ErrorType, ItemId, PlaidError};
use time::Duration;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::{iso, read};
use crate::end::end;
use crate::error::{Error, Result};
use crate::item_edit::ItemEdit;
use crate::refresh::{access_token, ask_state};
use crate::store::Repairs;
use crate::sync;
use crate::webhooks::Told;

/// The code of a consent that its user took back.
const REVOKED: &str = "USER_PERMISSION_REVOKED";

/// So long before an Item ends, Plaid tells of it.
const NOTICE: Duration = Duration::days(7);

/// Applies webhooks about one Item, as many as there are.
pub(crate) async fn apply(backend: &Backend, id: &ItemId, told: &[Told]) -> Result<()> {
    if told.iter().any(|told| tells_of_transactions(&told.webhook)) {
        sync::want_now(backend, id).await?;
    }
    let told: Vec<_> = told
        .iter()
        .filter(|told| told.webhook.webhook_type == WebhookType::Item)
        .collect();
    let Some(user) = backend.store.owner(id).await? else {
        // Disconnected meanwhile, or not yet connected: then its state is asked when it is.
        return Ok(());
    };
    if told.is_empty() {
        return Ok(());
    }
    let mut edit = match ItemEdit::begin(backend, &user, id).await {
        Err(Error::NotFound) => return Ok(()),
        edit => edit?,
    };
    let with = |code| told.iter().find(|told| told.webhook.webhook_code == code);
    let mut repairs = backend.store.repairs(id).await?;
    let before = repairs.clone();
    if let Some(revoked) = with(WebhookCode::UserPermissionRevoked) {
        revoke(backend, &user, &mut edit.item, &revoked.webhook).await?;
    } else if let Some(token) = access_token(backend, &user, id).await? {
        for told in &told {
            take_hint(&mut edit.item, told, &mut repairs);
        }
        ask_state(backend, &token, &mut edit.item).await?;
    }
    let item = match &repairs.repaired_at {
        Some(at) if repairs != before => edit.save_repaired(at, false).await?,
        _ => edit.save().await?,
    };
    if with(WebhookCode::LoginRepaired).is_some() {
        sync::want(backend, &item.id).await?;
    }
    Ok(())
}

/// Whether there are transactions to fetch: as Plaid says it now, or in the codes of old.
fn tells_of_transactions(webhook: &Webhook) -> bool {
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

/// What a webhook says that Plaid cannot be asked for, unless it was said before the user was last in Link for it.
fn take_hint(item: &mut Item, told: &Told, repairs: &mut Repairs) {
    let webhook = &told.webhook;
    match webhook.webhook_code {
        WebhookCode::NewAccountsAvailable => {
            item.new_accounts_available |= is_since(&told.at, &repairs.accounts_chosen_at);
        }
        WebhookCode::PendingDisconnect => {
            take_end(item, &webhook.disconnect_time, &told.at, repairs);
        }
        WebhookCode::PendingExpiration => {
            take_end(item, &webhook.consent_expiration_time, &told.at, repairs);
        }
        WebhookCode::LoginRepaired if is_since(&told.at, &repairs.repaired_at) => {
            item.disconnects_at = None;
            repairs.repaired_at = Some(told.at.clone());
        }
        WebhookCode::UserAccountRevoked => {
            let revoked = webhook.extra.get("account_id").and_then(|id| id.as_str());
            item.accounts
                .retain(|account| Some(account.account_id.as_str()) != revoked);
        }
        _ => {}
    }
}

/// When the Item ends. By that, also one that was announced before a repair and comes after it is known.
fn take_end(item: &mut Item, end: &Option<String>, told_at: &str, repairs: &Repairs) {
    let Some(time) = end.as_deref().and_then(read) else {
        return;
    };
    let is_news = |at: &str| is_since(at, &repairs.repaired_at);
    if is_news(told_at) && is_news(&iso(time - NOTICE)) {
        item.disconnects_at.clone_from(end);
    }
}

fn is_since(at: &str, repair: &Option<String>) -> bool {
    repair.as_deref().is_none_or(|repair| at > repair)
}

/// The user took the consent back: what is known of the accounts goes, and so does the token. The Item stays to say so.
async fn revoke(
    backend: &Backend,
    user: &UserId,
    item: &mut Item,
    webhook: &Webhook,
) -> Result<()> {
    if let Some(token) = access_token(backend, user, &item.id).await? {
        end(backend, &token, &item.id).await?;
    }
    backend.store.forget_access_token(user, &item.id).await?;
    item.accounts.clear();
    item.new_accounts_available = false;
    item.disconnects_at = None;
    item.status = ItemStatus::Failing;
    item.error = Some(webhook.error.clone().unwrap_or_else(|| PlaidError {
        error_type: ErrorType::ItemError,
        error_code: REVOKED.to_owned(),
        error_message: String::new(),
        display_message: None,
        request_id: None,
        status: None,
        error_code_reason: None,
    }));
    Ok(())
}
