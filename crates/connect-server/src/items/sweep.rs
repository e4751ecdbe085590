//! Job: asks Plaid for the state of Items that were not checked for a day, because a webhook about an Item may never arrive.

use std::sync::Arc;

use connect_api::ItemStatus;
use futures_util::{StreamExt, stream};
use time::Duration;

use super::state::fetch_state;
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::OwnedItem;
use crate::transactions::schedule;

/// How often an Item is checked.
const INTERVAL: Duration = Duration::days(1);

/// When a check is tried again that is not finished by then, because Plaid was down or the process has ended.
const RETRY_DELAY: Duration = Duration::minutes(10);

/// How many Items are checked in each run of the job, which is every minute.
const BATCH: usize = 100;

/// How many Items are checked at the same time.
const CONCURRENCY: usize = 2;

/// Checks Items until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        if let Err(error) = check_due(&state).await {
            tracing::error!(cause = chain(&error), "looking for unchecked Items failed");
        }
    }
}

async fn check_due(state: &AppState) -> Result<()> {
    let before = Timestamp::now() - INTERVAL;
    let due = state
        .store
        .items_to_check(before, before + RETRY_DELAY, BATCH)
        .await?;
    stream::iter(due)
        .take_until(state.stop.cancelled())
        .for_each_concurrent(CONCURRENCY, async |due| {
            if let Err(error) = check(state, &due).await {
                let cause = chain(&error);
                tracing::warn!(item_id = %due.item, cause, "checking an Item failed; it is retried");
            }
        })
        .await;
    Ok(())
}

async fn check(state: &AppState, due: &OwnedItem) -> Result<()> {
    state.plaid_budget.job().await;
    let mut edit = match state.edits.begin(&due.user, &due.item).await {
        Err(Error::NotFound) => return Ok(()),
        edit => edit?,
    };
    let before = edit.item.status;
    fetch_state(state, &due.user, &mut edit.item).await?;
    let item = edit.save().await?;
    if before != item.status {
        let (item_id, status) = (&item.id, item.status);
        tracing::info!(%item_id, ?status, "an unreported change of an Item was found");
    }
    if before != ItemStatus::Healthy && item.status == ItemStatus::Healthy {
        schedule::sync_if_enabled(state, &item.id).await?;
    }
    let now = Timestamp::now();
    Ok(state.store.mark_checked(&due.item, now).await?)
}
