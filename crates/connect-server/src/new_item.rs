//! What Plaid gave for a public token becomes an Item: saved first, completed afterwards.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{CreateItem, Item, ItemStatus};
use plaid_client::{AccessToken, Exchanged};
use plaid_types::link::LinkAccount;
use plaid_types::{Account, Balances};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::iso_now;
use crate::digest::Digest;
use crate::error::{Error, Result, chain};
use crate::exchange::{MAX_TEXT, lost};
use crate::item_edit::ItemEdit;
use crate::refresh::{take_accounts, take_error, take_institution};
use crate::store::StoreError;
use crate::sync;

/// How many new Items ask Plaid for their balances at the same time.
pub(crate) const AT_ONCE: usize = 16;

/// How long their balances may be put off for those who wait for an Item.
const GIVE_WAY: Duration = Duration::from_secs(2);

/// Saves the Item with what Link said of it, before anything else is asked.
pub(crate) async fn save(
    backend: &Backend,
    user: &UserId,
    token: &Digest,
    exchanged: &Exchanged,
    request: &CreateItem,
) -> Result<Item> {
    let metadata = &request.metadata;
    let institution = metadata.institution.clone().unwrap_or_default();
    let item = Item {
        id: exchanged.item_id.clone(),
        institution_id: institution.institution_id,
        institution_name: institution
            .name
            .filter(|name| !name.trim().is_empty() && name.len() <= MAX_TEXT)
            .unwrap_or_else(|| "Your bank".to_owned()),
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
        created_at: iso_now(),
        refreshed_at: String::new(),
    };
    let sealed = backend
        .vault
        .seal(&exchanged.access_token, user, &item.id)?;
    let sync_at = sync::first(backend);
    let saved = backend
        .store
        .add_item(user, token, &item, &sealed, sync_at.as_deref());
    match saved.await {
        Ok(()) => {
            if sync_at.is_some() {
                backend.sync_bell.notify_one();
            }
            Ok(item)
        }
        Err(error) => {
            let is_ended = undo(backend, exchanged, &error).await;
            // It was exchanged, and is worth nothing any more.
            let noted = if is_ended {
                backend.store.decline(user, token).await
            } else {
                backend.store.lose(&lost(backend, user, request)).await
            };
            if let Err(failed) = noted {
                tracing::error!(
                    cause = chain(&failed),
                    "a used public token will be tried again"
                );
            }
            Err(Error::NotSaved(error))
        }
    }
}

/// An account as Link told it, until Plaid tells more.
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

/// An Item whose token is not kept would live on at Plaid with nobody to end it; false if it does.
async fn undo(backend: &Backend, exchanged: &Exchanged, error: &StoreError) -> bool {
    // Where the Item is another user's, it is not ours to end.
    if !matches!(error, StoreError::Foreign)
        && let Err(left) = backend.plaid.item_remove(&exchanged.access_token).await
    {
        let item_id = &exchanged.item_id;
        tracing::error!(%item_id, cause = chain(&left), "an Item without an owner is left at Plaid");
        return false;
    }
    true
}

/// Adds the balances and the institution, and tells the user's open pages. Nobody waits for a bank: the Item is saved, and
/// what fails now, a refresh makes good. Whoever waits for an Item of their own goes first, for a while.
pub(crate) fn complete_later(
    backend: &Arc<Backend>,
    user: &UserId,
    item: Item,
    token: AccessToken,
    undisturbed: OwnedMutexGuard<()>,
) {
    let (backend, user) = (backend.clone(), user.clone());
    let tasks = backend.tasks.clone();
    let give_way_until = Instant::now() + GIVE_WAY;
    let work = async move {
        let _room = backend.completions.acquire().await;
        let _ = timeout_at(give_way_until, backend.rush.over()).await;
        let id = item.id.clone();
        let edit = ItemEdit::of(&backend, &user, item, undisturbed);
        match complete(&backend, edit, &token).await {
            // Disconnected by another process.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => {
                tracing::error!(item_id = %id, cause = chain(&error), "balances not saved");
            }
        }
    };
    tasks.spawn(work.in_current_span());
}

async fn complete(backend: &Backend, mut edit: ItemEdit<'_>, token: &AccessToken) -> Result<Item> {
    match backend.plaid.accounts_get(token).await {
        Ok(answer) => take_accounts(&mut edit.item, answer),
        Err(error) => {
            tracing::warn!(item_id = %edit.item.id, cause = chain(&error), "no balances yet");
            match error.plaid() {
                Some(said) => take_error(&mut edit.item, said.clone()),
                None => edit.item.status = ItemStatus::Failing,
            }
        }
    }
    take_institution(backend, &mut edit.item).await;
    edit.save().await
}
