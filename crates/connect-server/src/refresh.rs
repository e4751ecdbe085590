//! What Plaid says of an Item, taken over into the Item.

use connect_api::{Item, ItemStatus};
use plaid_client::{AccessToken, Accounts};
use plaid_types::{ErrorType, ItemId, PlaidError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::iso_now;
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

/// The user was in update mode and says that it went well: Plaid is asked whether it did, and for the new selection
/// of accounts. Those that were deselected go, with all that is known of them.
pub(crate) async fn repaired(backend: &Backend, user: &UserId, id: &ItemId) -> Result<Item> {
    let mut edit = ItemEdit::begin(backend, user, id).await?;
    let Some(token) = access_token(backend, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = backend.plaid.accounts_get(&token).await;
    take_answer(&mut edit.item, answer)?;
    if edit.item.status == ItemStatus::Healthy {
        edit.item.new_accounts_available = false;
        edit.item.disconnects_at = None;
    }
    let item = edit.save().await?;
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
    let read = |time| OffsetDateTime::parse(time, &Rfc3339).ok();
    matches!((read(time), read(other)), (Some(time), Some(other)) if time > other)
}

/// Whether the error tells of the Item rather than of the request or of the hour.
fn is_about_item(error: &PlaidError) -> bool {
    error.error_type == ErrorType::ItemError
}
