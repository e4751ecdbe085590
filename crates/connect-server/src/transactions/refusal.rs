//! Syncs that Plaid refuses: the Item's card says so, and they are retried slowly.

use connect_api::ItemStatus;
use plaid_types::{ErrorType, PlaidError};
use time::Duration;

use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::items::edit::ItemEdit;
use crate::items::state::{fetch_state, is_about_transactions, is_gone, set_error};
use crate::state::AppState;
use crate::store::DueSync;

/// Plaid's code for transactions that changed while their pages were fetched.
pub(super) const MUTATED: &str = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION";

/// When a refused sync is tried again.
const RETRY_DELAY: Duration = Duration::hours(6);

/// What the user reads if Plaid has no words.
const WORDS: &str = "New transactions cannot be fetched at the moment. It is tried again.";

/// Whether Plaid would give the same answer again, until something else happens.
pub(super) fn is_permanent(error: &plaid_client::Error) -> bool {
    error.plaid().is_some_and(|said| {
        !matches!(
            said.error_type,
            ErrorType::ApiError | ErrorType::RateLimitExceeded | ErrorType::InstitutionError
        ) && ![MUTATED, "PRODUCT_NOT_READY"].contains(&&*said.error_code)
    })
}

/// Saves the error of the Item, or that of its transactions if the Item works. The sync is tried again later, unless the Item is gone.
pub(super) async fn record(
    state: &AppState,
    due: &DueSync,
    error: &plaid_client::Error,
) -> Result<()> {
    let item_id = &due.item;
    tracing::warn!(%item_id, cause = chain(error), "fetching transactions was refused");
    let Some(mut edit) = begin(state, due).await? else {
        return Ok(());
    };
    fetch_state(state, &due.user, &mut edit.item).await?;
    let item = &mut edit.item;
    let is_explained = item.status != ItemStatus::Healthy
        && !item.error.as_ref().is_some_and(is_about_transactions);
    if let (false, Some(said)) = (is_explained, error.plaid()) {
        set_error(item, error_of_transactions(said));
    }
    let error = item.error.as_ref();
    let has_ended = error.is_some_and(|error| is_gone(&error.error_code));
    edit.save().await?;
    if has_ended {
        return Ok(state.store.finish_sync(due).await?);
    }
    let until = Timestamp::now() + RETRY_DELAY;
    Ok(state.store.postpone_sync(due, until).await?)
}

/// Saves that the Item has ended, because its access token is damaged.
pub(super) async fn record_damaged_token(state: &AppState, due: &DueSync) -> Result<()> {
    if let Some(mut edit) = begin(state, due).await? {
        fetch_state(state, &due.user, &mut edit.item).await?;
        edit.save().await?;
    }
    Ok(state.store.finish_sync(due).await?)
}

/// Removes the error of the Item's transactions, which have been fetched.
pub(super) async fn clear(state: &AppState, due: &DueSync) -> Result<()> {
    let item = state.store.item(&due.user, &due.item).await?;
    let error = item.and_then(|item| item.error);
    if !error.as_ref().is_some_and(is_about_transactions) {
        return Ok(());
    }
    let Some(mut edit) = begin(state, due).await? else {
        return Ok(());
    };
    if edit.item.error.as_ref().is_some_and(is_about_transactions) {
        edit.item.status = ItemStatus::Healthy;
        edit.item.error = None;
    }
    edit.save().await.map(drop)
}

/// Begins an edit; `None` if the Item was removed.
async fn begin<'a>(state: &'a AppState, due: &'a DueSync) -> Result<Option<ItemEdit<'a>>> {
    match state.edits.begin(&due.user, &due.item).await {
        Err(Error::NotFound) => Ok(None),
        edit => edit.map(Some),
    }
}

fn error_of_transactions(said: &PlaidError) -> PlaidError {
    let words = said.display_message.clone();
    PlaidError {
        error_type: ErrorType::TransactionsError,
        display_message: words.or_else(|| Some(WORDS.to_owned())),
        ..said.clone()
    }
}
