//! Balances, on request and after a repair.

use connect_api::{Item, ItemStatus};
use plaid_types::ItemId;

use super::access_token::access_token;
use super::state::{is_about_transactions, set_answer, set_branding};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::state::AppState;
use crate::transactions::schedule;
use crate::user::UserId;

/// Fetches the current balances from the bank.
///
/// An Item that needs its user is returned as such: its status shows the problem.
pub(crate) async fn refresh(state: &AppState, user: &UserId, id: &ItemId) -> Result<Item> {
    let mut edit = state.edits.begin(user, id).await?;
    let Some(token) = access_token(state, user, id).await? else {
        return Ok(edit.item);
    };
    let answer = state.plaid.accounts_balance_get(&token).await;
    set_answer(&mut edit.item, answer)?;
    if edit.item.institution_color.is_none() {
        set_branding(state, &mut edit.item).await;
    }
    let item = edit.save().await?;
    schedule::sync_if_enabled(state, id).await?;
    Ok(item)
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
