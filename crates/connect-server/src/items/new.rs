//! A new Item: saved as Link described it, then completed with what Plaid knows of it.

use std::sync::Arc;

use connect_api::{CreateItem, Item, ItemStatus};
use plaid_client::{AccessToken, Exchanged};
use plaid_types::link::LinkAccount;
use plaid_types::{Account, Balances, ItemId};
use tracing::Instrument;

use super::edit::EditLock;
use super::lost::lost_token;
use super::state::{set_accounts, set_branding, set_error};
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::state::AppState;
use crate::store::{Digest, StoreError};
use crate::transactions::schedule;
use crate::user::UserId;

/// The longest name of an institution, in bytes.
const MAX_NAME: usize = 256;

/// Saves the Item as Link described it, before Plaid is asked for more.
pub(crate) async fn save(
    state: &AppState,
    user: &UserId,
    token: &Digest,
    exchanged: &Exchanged,
    request: &CreateItem,
) -> Result<Item> {
    let item = described_by_link(exchanged, request);
    let sealed = state.vault.seal(&exchanged.access_token, user, &item.id)?;
    let sync_at = schedule::first_sync(&state.config);
    let saved = state.store.add_item(user, token, &item, &sealed, sync_at);
    match saved.await {
        Ok(()) => {}
        // It is saved: the browser finds it when it submits the public token again.
        Err(error @ StoreError::NotSynced(_)) => return Err(error.into()),
        Err(error) => {
            undo(state, user, token, exchanged, request, &error).await;
            return Err(Error::NotSaved(error));
        }
    }
    if sync_at.is_some() {
        state.sync_scheduled.notify_one();
    }
    Ok(item)
}

fn described_by_link(exchanged: &Exchanged, request: &CreateItem) -> Item {
    let metadata = &request.metadata;
    let institution = metadata.institution.clone().unwrap_or_default();
    let name = institution
        .name
        .filter(|name| !name.trim().is_empty() && name.len() <= MAX_NAME);
    Item {
        id: exchanged.item_id.clone(),
        institution_id: institution.institution_id,
        institution_name: name.unwrap_or_else(|| "Your bank".to_owned()),
        institution_color: None,
        status: ItemStatus::Healthy,
        error: None,
        accounts: metadata
            .accounts
            .iter()
            .filter_map(without_balances)
            .collect(),
        new_accounts_available: false,
        disconnects_at: None,
        created_at: Timestamp::now().to_string(),
        refreshed_at: None,
    }
}

fn without_balances(account: &LinkAccount) -> Option<Account> {
    Some(Account {
        account_id: account.id.clone()?,
        balances: Balances::default(),
        mask: account.mask.clone(),
        name: account.name.clone()?,
        official_name: None,
        kind: account.kind.clone()?,
        subtype: account.subtype.clone(),
    })
}

/// Removes an Item at Plaid that could not be saved, and records the end of its public token.
async fn undo(
    state: &AppState,
    user: &UserId,
    token: &Digest,
    exchanged: &Exchanged,
    request: &CreateItem,
    error: &StoreError,
) {
    let recorded = if remove_unsaved(state, exchanged, error).await {
        state.store.decline(user, token).await
    } else {
        let lost = lost_token(state, user, request);
        state.store.mark_lost(&lost).await
    };
    if let Err(error) = recorded {
        let cause = chain(&error);
        tracing::error!(cause, "a used public token will be exchanged again");
    }
}

/// Removes an Item at Plaid whose access token is not stored: nobody could remove it later. False if it remains as an orphan.
async fn remove_unsaved(state: &AppState, exchanged: &Exchanged, error: &StoreError) -> bool {
    // Another user's Item is not ours to remove.
    if matches!(error, StoreError::Foreign) {
        return true;
    }
    let removed = state.plaid.item_remove(&exchanged.access_token).await;
    if let Err(error) = &removed {
        let item_id = &exchanged.item_id;
        tracing::error!(%item_id, cause = chain(error), "an orphaned Item remains at Plaid");
    }
    removed.is_ok()
}

/// Adds the balances and the institution, and notifies the user's open pages. Browsers that wait for an exchange go first. What
/// fails now is fetched by the next refresh.
pub(crate) fn complete_later(
    state: &Arc<AppState>,
    user: &UserId,
    item_id: ItemId,
    token: AccessToken,
    lock: EditLock,
) {
    let (state, user) = (state.clone(), user.clone());
    let tasks = state.tasks.clone();
    let completion = async move {
        let _turn = state.exchanges.completion_turn().await;
        match complete(&state, &user, &item_id, lock, &token).await {
            // Another process has disconnected it.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => {
                tracing::error!(%item_id, cause = chain(&error), "saving balances failed");
            }
        }
    };
    tasks.spawn(completion.in_current_span());
}

async fn complete(
    state: &AppState,
    user: &UserId,
    id: &ItemId,
    lock: EditLock,
    token: &AccessToken,
) -> Result<Item> {
    let mut edit = state.edits.begin_locked(user, id, lock).await?;
    match state.plaid.accounts_get(token).await {
        Ok(answer) => set_accounts(&mut edit.item, answer),
        Err(error) => {
            tracing::warn!(item_id = %edit.item.id, cause = chain(&error), "fetching balances failed");
            match error.plaid() {
                Some(said) => set_error(&mut edit.item, said.clone()),
                None => edit.item.status = ItemStatus::Failing,
            }
        }
    }
    set_branding(state, &mut edit.item).await;
    edit.save().await
}
