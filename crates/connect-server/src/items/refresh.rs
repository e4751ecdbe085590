//! Balances, on request and after a repair.

use std::result::Result as StdResult;

use connect_api::{Item, ItemStatus};
use plaid_client::{AccessToken, Accounts};
use plaid_types::ItemId;
use time::Duration;

use super::access_token::access_token;
use super::state::{is_about_transactions, set_answer, set_branding};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::state::AppState;
use crate::transactions::schedule;
use crate::user::UserId;

/// Capital One, the only institution that requires the time of the oldest acceptable balance.
const CAPITAL_ONE: &str = "ins_128026";

/// The oldest acceptable balance. Capital One's are updated once a day.
const OLDEST_BALANCE: Duration = Duration::days(1);

/// Fetches the current balances from the bank.
///
/// An Item that needs its user is returned as such: its status shows the problem.
pub(crate) async fn refresh(state: &AppState, user: &UserId, id: &ItemId) -> Result<Item> {
    state.plaid_budget.person()?;
    let mut edit = state.edits.begin(user, id).await?;
    let Some(token) = access_token(state, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = balances(state, &token, &edit.item).await;
    set_answer(&mut edit.item, answer)?;
    if edit.item.institution_color.is_none() {
        set_branding(state, &mut edit.item).await;
    }
    let item = edit.save().await?;
    schedule::sync_if_enabled(state, id).await?;
    Ok(item)
}

/// Fetches the balances that the bank has now. Capital One has none of cards: Plaid's latest ones take their place.
async fn balances(
    state: &AppState,
    token: &AccessToken,
    item: &Item,
) -> StdResult<Accounts, plaid_client::Error> {
    let is_capital_one = item
        .institution_id
        .as_ref()
        .is_some_and(|id| id.as_str() == CAPITAL_ONE);
    let oldest = is_capital_one.then(|| (Timestamp::now() - OLDEST_BALANCE).into());
    match state.plaid.accounts_balance_get(token, oldest).await {
        Err(error) if error.code() == Some("LAST_UPDATED_DATETIME_OUT_OF_RANGE") => {
            state.plaid.accounts_get(token).await
        }
        answer => answer,
    }
}

/// Checks an Item after a visit in update mode, and fetches the selected accounts. The data of deselected accounts is erased. The
/// offer of new accounts ends only if the user could select accounts.
pub(crate) async fn repaired(
    state: &AppState,
    user: &UserId,
    id: &ItemId,
    account_selection: bool,
    finished_at: Timestamp,
) -> Result<Item> {
    let mut edit = state.edits.begin(user, id).await?;
    let Some(token) = access_token(state, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = state.plaid.accounts_get(&token).await;
    // The sync below tells whether the visit has repaired the transactions.
    edit.item
        .error
        .take_if(|error| is_about_transactions(error));
    set_answer(&mut edit.item, answer)?;
    let item = if edit.item.status == ItemStatus::Healthy {
        edit.item.new_accounts_available &= !account_selection;
        edit.item.disconnects_at = None;
        edit.save_repaired(finished_at, account_selection).await?
    } else {
        edit.save().await?
    };
    schedule::sync_if_enabled(state, id).await?;
    Ok(item)
}
