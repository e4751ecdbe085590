//! What Plaid says of an Item, taken over into the Item.

use connect_api::{Item, ItemStatus};
use plaid_client::{AccessToken, Accounts};
use plaid_types::{ErrorType, ItemId, PlaidError};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::{iso_now, read};
use crate::end::is_gone;
use crate::error::{Result, chain};
use crate::item_edit::ItemEdit;
use crate::sync;

/// The balances as the bank has them now.
///
/// An Item that needs its user is no failure: the Item says so itself.
pub(crate) async fn refresh(backend: &Backend, user: &UserId, id: &ItemId) -> Result<Item> {
    let mut edit = ItemEdit::begin(backend, user, id).await?;
    let Some(token) = access_token(backend, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = backend.plaid.accounts_balance_get(&token).await;
    take_answer(&mut edit.item, answer)?;
    if edit.item.institution_color.is_none() {
        take_institution(backend, &mut edit.item).await;
    }
    let item = edit.save().await?;
    sync::want(backend, id).await?;
    Ok(item)
}

/// A visit in update mode is said to have gone well: Plaid is asked whether it did, and for the new selection of
/// accounts. Those that were deselected go, with all that is known of them. New accounts were offered, and are not any
/// more, only where the user could choose accounts.
pub(crate) async fn repaired(
    backend: &Backend,
    user: &UserId,
    id: &ItemId,
    account_selection: bool,
    ended_at: &str,
) -> Result<Item> {
    let mut edit = ItemEdit::begin(backend, user, id).await?;
    let Some(token) = access_token(backend, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = backend.plaid.accounts_get(&token).await;
    take_answer(&mut edit.item, answer)?;
    let item = if edit.item.status == ItemStatus::Healthy {
        edit.item.new_accounts_available &= !account_selection;
        edit.item.disconnects_at = None;
        edit.save_repaired(ended_at, account_selection).await?
    } else {
        edit.save().await?
    };
    sync::want(backend, id).await?;
    Ok(item)
}

/// The access token of an Item; nothing if it was forgotten.
pub(crate) async fn access_token(
    backend: &Backend,
    user: &UserId,
    id: &ItemId,
) -> Result<Option<AccessToken>> {
    let sealed = backend.store.access_token(user, id).await?;
    Ok(sealed
        .map(|sealed| backend.vault.unseal(&sealed, user, id))
        .transpose()?)
}

/// The accounts, or what is wrong with the Item; an error if it says nothing about the Item.
pub(crate) fn take_answer(
    item: &mut Item,
    answer: std::result::Result<Accounts, plaid_client::Error>,
) -> Result<()> {
    match answer {
        Ok(answer) => take_accounts(item, answer),
        Err(error) => match error.plaid().filter(|said| is_about_item(said)) {
            Some(said) => take_error(item, said.clone()),
            None => return Err(error.into()),
        },
    }
    Ok(())
}

/// What Plaid says of the Item now; an error if it says nothing about it.
pub(crate) async fn ask_state(
    backend: &Backend,
    token: &AccessToken,
    item: &mut Item,
) -> Result<()> {
    match backend.plaid.item_get(token).await {
        Ok(state) => take_state(item, state.item),
        Err(error) => match error.plaid().filter(|said| is_about_item(said)) {
            Some(said) => take_error(item, said.clone()),
            None => return Err(error.into()),
        },
    }
    Ok(())
}

/// The accounts and their balances, fetched now.
pub(crate) fn take_accounts(item: &mut Item, answer: Accounts) {
    item.accounts = answer.accounts;
    item.refreshed_at = iso_now();
    take_state(item, answer.item);
}

/// The Item as Plaid has it now, whatever was said of it before.
fn take_state(item: &mut Item, state: plaid_types::Item) {
    item.institution_id = state.institution_id.or(item.institution_id.take());
    if let Some(name) = state.institution_name {
        item.institution_name = name;
    }
    if let (Some(told), Some(end)) = (&item.disconnects_at, &state.consent_expiration_time)
        && is_later(end, told)
    {
        // The consent was renewed since.
        item.disconnects_at = None;
    }
    match state.error {
        Some(error) => take_error(item, error),
        None => {
            item.status = ItemStatus::Healthy;
            item.error = None;
        }
    }
    drop_past_end(item);
}

/// An announced end that has passed did not come if the Item works.
pub(crate) fn drop_past_end(item: &mut Item) {
    let is_past = |end: &String| !is_later(end, &iso_now());
    if item.status == ItemStatus::Healthy && item.disconnects_at.as_ref().is_some_and(is_past) {
        item.disconnects_at = None;
    }
}

/// What is wrong with the Item.
pub(crate) fn take_error(item: &mut Item, error: PlaidError) {
    item.status = match &*error.error_code {
        "ITEM_LOGIN_REQUIRED" => ItemStatus::LoginRequired,
        _ => ItemStatus::Failing,
    };
    item.error = Some(error);
}

/// The institution's name and colour. They are for the eye: the Item is as good without.
pub(crate) async fn take_institution(backend: &Backend, item: &mut Item) {
    let Some(id) = &item.institution_id else {
        return;
    };
    let countries = &backend.config.link.country_codes;
    match backend
        .institutions
        .get(&backend.plaid, id, countries)
        .await
    {
        Ok(looks) => {
            item.institution_name = looks.name;
            item.institution_color = looks.color;
        }
        Err(error) => {
            tracing::warn!(institution_id = %id, cause = chain(&error), "no institution");
        }
    }
}

/// Whether one time, as Plaid writes it, is later than another; what cannot be read is not.
fn is_later(time: &str, other: &str) -> bool {
    matches!((read(time), read(other)), (Some(time), Some(other)) if time > other)
}

/// Whether the error tells of the Item rather than of the request or of the hour.
fn is_about_item(error: &PlaidError) -> bool {
    error.error_type == ErrorType::ItemError || is_gone(&error.error_code)
}
