//! The state of an Item, as Plaid reports it.

use std::mem;
use std::result::Result as StdResult;

use connect_api::{Item, ItemStatus};
use plaid_client::Accounts;
use plaid_types::{Account, ErrorType, ItemId, PlaidError};

use super::access_token::access_token;
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::state::AppState;
use crate::store::vault::VaultError;
use crate::user::UserId;

/// The codes for an Item that no access token reaches any more.
const GONE: [&str; 3] = [
    "ITEM_NOT_FOUND",
    "INVALID_ACCESS_TOKEN",
    "USER_PERMISSION_REVOKED",
];

/// Asks Plaid for the state of an Item. An Item whose access token is damaged has ended; one whose access token is erased stays as
/// it is.
///
/// # Errors
///
/// Any error that is not about the Item.
pub(crate) async fn fetch_state(state: &AppState, user: &UserId, item: &mut Item) -> Result<()> {
    let token = match access_token(state, user, &item.id).await {
        Err(Error::Vault(VaultError::Corrupt)) => {
            set_ended(item);
            return Ok(());
        }
        token => token?,
    };
    let Some(token) = token else {
        return Ok(());
    };
    match state.plaid.item_get(&token).await {
        Ok(answer) => set_state(item, answer.item),
        Err(error) => set_error_about_item(item, error)?,
    }
    Ok(())
}

/// Saves the error of an Item that Plaid answered to any call. Nothing happens if the error is not about the Item.
pub(crate) async fn record_error(
    state: &AppState,
    user: &UserId,
    id: &ItemId,
    error: &plaid_client::Error,
) -> Result<()> {
    let Some(said) = error.plaid().filter(|said| is_about_item(said)) else {
        return Ok(());
    };
    let mut edit = state.edits.begin(user, id).await?;
    set_error(&mut edit.item, said.clone());
    edit.save().await.map(drop)
}

/// Sets the accounts, or the error of the Item.
///
/// # Errors
///
/// Any error that is not about the Item.
pub(crate) fn set_answer(
    item: &mut Item,
    answer: StdResult<Accounts, plaid_client::Error>,
) -> Result<()> {
    match answer {
        Ok(answer) => set_accounts(item, answer),
        Err(error) => set_error_about_item(item, error)?,
    }
    Ok(())
}

/// Sets the accounts and balances, fetched now.
pub(crate) fn set_accounts(item: &mut Item, answer: Accounts) {
    // One that cannot be read is still shared: its data must not be erased.
    let is_unreadable = |known: &Account| {
        let is_it = |id: &Option<_>| id.as_ref().is_none_or(|id| *id == known.account_id);
        answer.unreadable.iter().any(is_it)
    };
    let is_read = |known: &Account| {
        let mut read = answer.accounts.iter();
        read.any(|account| account.account_id == known.account_id)
    };
    let before = mem::take(&mut item.accounts).into_iter();
    let kept: Vec<_> = before
        .filter(|known| is_unreadable(known) && !is_read(known))
        .collect();
    item.accounts = answer.accounts;
    item.accounts.extend(kept);
    item.refreshed_at = Some(Timestamp::now().to_string());
    set_state(item, answer.item);
}

/// Sets the error of the Item.
pub(crate) fn set_error(item: &mut Item, error: PlaidError) {
    item.status = match &*error.error_code {
        "ITEM_LOGIN_REQUIRED" => ItemStatus::LoginRequired,
        _ => ItemStatus::Failing,
    };
    item.error = Some(error);
}

/// Sets the name and colour of the institution. A failure is only logged: the Item works without them.
pub(crate) async fn set_branding(state: &AppState, item: &mut Item) {
    let Some(id) = &item.institution_id else {
        return;
    };
    let countries = &state.config.link.country_codes;
    match state.institutions.get(&state.plaid, id, countries).await {
        Ok(branding) => {
            item.institution_name = branding.name;
            item.institution_color = branding.color;
        }
        Err(error) => {
            tracing::warn!(institution_id = %id, cause = chain(&error), "fetching an institution failed");
        }
    }
}

/// Drops an announced disconnection that has passed, if the Item works.
pub(crate) fn drop_past_disconnect(item: &mut Item) {
    let now = Timestamp::now();
    let is_ahead = |at: &String| at.parse::<Timestamp>().is_ok_and(|at| at > now);
    if item.status == ItemStatus::Healthy {
        item.disconnects_at = item.disconnects_at.take().filter(is_ahead);
    }
}

/// Returns whether an error code says that the Item is gone at Plaid.
pub(crate) fn is_gone(code: &str) -> bool {
    GONE.contains(&code)
}

/// Returns whether an error is that of an Item's transactions. It stays until they are fetched: nothing else tells that they can be.
pub(crate) fn is_about_transactions(error: &PlaidError) -> bool {
    error.error_type == ErrorType::TransactionsError
}

fn is_about_item(said: &PlaidError) -> bool {
    let code = &*said.error_code;
    said.error_type == ErrorType::ItemError
        || code == "ADDITIONAL_CONSENT_REQUIRED"
        || is_gone(code)
}

/// Sets the error of an Item whose access token is damaged. For its user it is as if Plaid did not know the token.
fn set_ended(item: &mut Item) {
    let error = PlaidError {
        error_type: ErrorType::InvalidInput,
        error_code: "INVALID_ACCESS_TOKEN".to_owned(),
        error_message: "the stored access token is damaged".to_owned(),
        display_message: None,
        request_id: None,
        status: None,
        error_code_reason: None,
    };
    set_error(item, error);
}

fn set_error_about_item(
    item: &mut Item,
    error: plaid_client::Error,
) -> StdResult<(), plaid_client::Error> {
    let said = error.plaid().filter(|said| is_about_item(said)).cloned();
    set_error(item, said.ok_or(error)?);
    Ok(())
}

fn set_state(item: &mut Item, state: plaid_types::Item) {
    item.institution_id = state.institution_id.or(item.institution_id.take());
    if let Some(name) = state.institution_name {
        item.institution_name = name;
    }
    if let (Some(announced), Some(expiration)) =
        (&item.disconnects_at, &state.consent_expiration_time)
        && is_later(expiration, announced)
    {
        // The consent was renewed since.
        item.disconnects_at = None;
    }
    match state.error {
        Some(error) => set_error(item, error),
        None if item.error.as_ref().is_some_and(is_about_transactions) => {}
        None => {
            item.status = ItemStatus::Healthy;
            item.error = None;
        }
    }
    drop_past_disconnect(item);
}

/// Whether a time is later than another one; false if one of them cannot be read.
fn is_later(time: &str, other: &str) -> bool {
    let times = (time.parse::<Timestamp>(), other.parse::<Timestamp>());
    matches!(times, (Ok(time), Ok(other)) if time > other)
}
