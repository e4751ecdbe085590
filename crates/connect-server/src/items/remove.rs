//! The removal of an Item, at Plaid and here.

use std::sync::Arc;

use connect_api::ChangeKind;
use plaid_types::ItemId;
use tracing::Instrument;

use super::access_token::access_token;
use super::state::is_gone;
use crate::error::{Error, Result};
use crate::state::AppState;
use crate::store::vault::VaultError;
use crate::user::UserId;

/// Removes an Item at Plaid, then here. It continues when the browser has gone.
pub(crate) async fn remove(state: Arc<AppState>, user: UserId, id: ItemId) -> Result<()> {
    state.plaid_budget.person()?;
    let tasks = state.tasks.clone();
    let removal = async move { remove_item(&state, &user, &id).await };
    tasks
        .spawn(removal.in_current_span())
        .await
        .map_err(|_| Error::Panicked)?
}

async fn remove_item(state: &AppState, user: &UserId, id: &ItemId) -> Result<()> {
    let edit = state.edits.begin(user, id).await?;
    end_at_plaid(state, user, id).await?;
    state.store.remove_item(user, id).await?;
    drop(edit);
    tracing::info!(item_id = %id, "Item disconnected");
    state.changes.notify(user, id, ChangeKind::Disconnected);
    Ok(())
}

/// Removes an Item at Plaid, unless it is gone already. If the stored access token is damaged, only a person can do that.
///
/// # Errors
///
/// After any error the access token must be kept: without it nobody can remove the Item.
pub(crate) async fn end_at_plaid(state: &AppState, user: &UserId, id: &ItemId) -> Result<()> {
    let token = match access_token(state, user, id).await {
        Err(Error::Vault(VaultError::Corrupt)) => {
            tracing::error!(
                item_id = %id,
                "the access token of an Item is damaged: remove the Item at Plaid by hand, with the help of Plaid's support",
            );
            return Ok(());
        }
        token => token?,
    };
    let Some(token) = token else {
        return Ok(());
    };
    match state.plaid.item_remove(&token).await {
        Err(error) if error.code().is_some_and(is_gone) => {
            tracing::info!(item_id = %id, "Item is gone at Plaid already");
            Ok(())
        }
        removed => Ok(removed?),
    }
}
