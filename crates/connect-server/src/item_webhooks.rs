//! What webhooks about an Item do to it.

use connect_api::{Item, ItemStatus};
use plaid_types::webhook::{Webhook, WebhookCode, WebhookType};
use plaid_types::{ErrorType, ItemId, PlaidError};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::item_edit::ItemEdit;
use crate::refresh::{access_token, ask_state};
use crate::sync;

/// The code of a consent that its user took back.
const REVOKED: &str = "USER_PERMISSION_REVOKED";

/// Applies webhooks about one Item, as many as there are.
pub(crate) async fn apply(backend: &Backend, id: &ItemId, webhooks: &[Webhook]) -> Result<()> {
    if webhooks.iter().any(tells_of_transactions) {
        sync::want_now(backend, id).await?;
    }
    let webhooks: Vec<_> = webhooks
        .iter()
        .filter(|webhook| webhook.webhook_type == WebhookType::Item)
        .collect();
    let Some(user) = backend.store.owner(id).await? else {
        // Disconnected meanwhile, or not yet connected: then its state is asked when it is.
        return Ok(());
    };
    if webhooks.is_empty() {
        return Ok(());
    }
    let mut edit = match ItemEdit::begin(backend, &user, id).await {
        Err(Error::NotFound) => return Ok(()),
        edit => edit?,
    };
    let revoked = webhooks
        .iter()
        .find(|webhook| webhook.webhook_code == WebhookCode::UserPermissionRevoked);
    if let Some(webhook) = revoked {
        revoke(backend, &user, &mut edit.item, webhook).await?;
    } else if let Some(token) = access_token(backend, &user, id).await? {
        for webhook in &webhooks {
            take_hint(&mut edit.item, webhook);
        }
        ask_state(backend, &token, &mut edit.item).await?;
    }
    let item = edit.save().await?;
    if webhooks
        .iter()
        .any(|webhook| webhook.webhook_code == WebhookCode::LoginRepaired)
    {
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

/// What a webhook says that Plaid cannot be asked for.
fn take_hint(item: &mut Item, webhook: &Webhook) {
    match webhook.webhook_code {
        WebhookCode::NewAccountsAvailable => item.new_accounts_available = true,
        WebhookCode::PendingDisconnect => item.disconnects_at.clone_from(&webhook.disconnect_time),
        WebhookCode::PendingExpiration => {
            item.disconnects_at
                .clone_from(&webhook.consent_expiration_time);
        }
        WebhookCode::LoginRepaired => item.disconnects_at = None,
        WebhookCode::UserAccountRevoked => {
            let revoked = webhook.extra.get("account_id").and_then(|id| id.as_str());
            item.accounts
                .retain(|account| Some(account.account_id.as_str()) != revoked);
        }
        _ => {}
    }
}

/// The user took the consent back: what is known of the accounts goes, and so does the token. The Item stays to say so.
async fn revoke(
    backend: &Backend,
    user: &UserId,
    item: &mut Item,
    webhook: &Webhook,
) -> Result<()> {
    if let Some(token) = access_token(backend, user, &item.id).await?
        && let Err(error) = backend.plaid.item_remove(&token).await
        // A token that opens nothing any more may go; one that Plaid did not look at may not.
        && error.plaid().is_none_or(|said| said.error_type == ErrorType::ApiError)
    {
        return Err(error.into());
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
