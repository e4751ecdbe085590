//! Job: fetches transactions, page by page. Each page is saved together with the cursor of the next one.
//!
//! The due syncs are rows in the database: they outlive the process, and no two processes take the same one.

use std::sync::Arc;

use connect_api::{ChangeKind, Transaction};
use plaid_client::TransactionChanges;
use plaid_types::ItemId;
use time::Duration;
use tokio::sync::Semaphore;

use super::refusal::{self, MUTATED};
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::items::access_token::access_token;
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::vault::VaultError;
use crate::store::{DueSync, SyncPage, SyncPosition};

/// How many due syncs are taken at once.
const BATCH: usize = 64;

/// How many Items are worked on at the same time.
const CONCURRENCY: usize = 4;

/// When a sync is tried again that is not finished by then, because Plaid was down or the process has ended.
const RETRY_DELAY: Duration = Duration::seconds(60);

/// How often due syncs are looked for if none is scheduled.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

/// The most pages of one sync: ten times two years of the busiest account. The next sync fetches the rest.
const MAX_PAGES: usize = 400;

/// How often a run of pages is restarted.
const MAX_RESTARTS: usize = 5;

/// Plaid's code for a cursor that it does not know, among others.
const INVALID_FIELD: &str = "INVALID_FIELD";

/// Fetches transactions, also those that an earlier process left, until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    let schedule = Schedule::new(&state.stop, POLL_INTERVAL);
    let mut schedule = schedule.woken_by(&state.sync_scheduled);
    while schedule.next().await {
        start_due(&state, &permits).await;
    }
}

async fn start_due(state: &Arc<AppState>, permits: &Arc<Semaphore>) {
    loop {
        let now = Timestamp::now();
        let due = state.store.due_syncs(now, now + RETRY_DELAY, BATCH).await;
        let due = due.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&error), "looking for due syncs failed");
            Vec::new()
        });
        if due.is_empty() {
            return;
        }
        for due in due {
            let Ok(permit) = permits.clone().acquire_owned().await else {
                return;
            };
            let (state, tasks) = (state.clone(), state.tasks.clone());
            tasks.spawn(async move {
                if let Err(error) = sync(&state, &due).await {
                    let item_id = &due.item;
                    tracing::warn!(%item_id, cause = chain(&error), "fetching transactions failed; it is retried");
                }
                drop(permit);
            });
        }
    }
}

/// Fetches an Item's changes, and notifies its user's open pages.
async fn sync(state: &AppState, due: &DueSync) -> Result<()> {
    let mut changed = false;
    let fetched = fetch(state, due, &mut changed).await;
    if changed {
        let kind = ChangeKind::Transactions;
        state.changes.notify(&due.user, &due.item, kind);
    }
    match fetched {
        Ok(Progress::Done) => refusal::clear(state, due).await?,
        Ok(Progress::More | Progress::NotReady) => return Ok(()),
        Err(Error::Plaid(error)) if refusal::is_permanent(&error) => {
            return refusal::record(state, due, &error).await;
        }
        Err(Error::Vault(VaultError::Corrupt)) => {
            return refusal::record_damaged_token(state, due).await;
        }
        Err(error) => return Err(error),
    }
    Ok(state.store.finish_sync(due).await?)
}

/// What follows a page.
#[derive(PartialEq, Eq)]
enum Progress {
    /// Another page.
    More,
    /// Nothing: it was the last page.
    Done,
    /// A later retry: Plaid has no transactions yet, and may not announce them.
    NotReady,
}

async fn fetch(state: &AppState, due: &DueSync, changed: &mut bool) -> Result<Progress> {
    let mut restarts = 0;
    for _ in 0..MAX_PAGES {
        match fetch_page(state, due, changed).await {
            Ok(Progress::More) => {}
            Err(Error::Plaid(error)) if restarts < MAX_RESTARTS => {
                restarts += 1;
                restart(state, due, error).await?;
            }
            end => return end,
        }
    }
    Ok(Progress::More)
}

/// Begins again after Plaid refused a page: where the run began or, if that cursor is refused too, with all transactions.
///
/// # Errors
///
/// The same error, if it is not about the cursor.
async fn restart(state: &AppState, due: &DueSync, error: plaid_client::Error) -> Result<()> {
    let Some(position) = state.store.sync_position(&due.item).await? else {
        return Ok(());
    };
    match error.code() {
        Some(MUTATED) if position.is_within_run => state.store.restart_sync(&due.item).await?,
        Some(MUTATED | INVALID_FIELD) if !position.cursor.is_empty() => {
            let item_id = &due.item;
            tracing::warn!(%item_id, cause = chain(&error), "Plaid refused a cursor; all transactions are fetched again");
            state.store.rebuild(&due.item).await?;
        }
        Some(MUTATED) => {}
        _ => return Err(error.into()),
    }
    Ok(())
}

/// Fetches one page. The Item is locked meanwhile, so that transactions of an account that is being deselected do not come back.
async fn fetch_page(state: &AppState, due: &DueSync, changed: &mut bool) -> Result<Progress> {
    state.plaid_budget.job().await;
    let _lock = state.edits.lock(&due.item).await;
    let Some(begin) = state.store.sync_position(&due.item).await? else {
        return Ok(Progress::Done);
    };
    let Some(token) = access_token(state, &due.user, &due.item).await? else {
        return Ok(Progress::Done);
    };
    let mut answer = state.plaid.transactions_sync(&token, &begin.cursor).await?;
    let status = answer.transactions_update_status.as_deref();
    let progress = match (answer.has_more, status) {
        (true, _) => Progress::More,
        (false, Some("NOT_READY")) => Progress::NotReady,
        // What is shown is replaced only by all that Plaid has.
        (false, Some("INITIAL_UPDATE_COMPLETE")) if begin.is_rebuild => Progress::NotReady,
        (false, _) => Progress::Done,
    };
    answer.has_more |= begin.is_rebuild && progress == Progress::NotReady;
    let is_rebuild = begin.is_rebuild;
    let page = page(&due.item, begin, answer);
    if !state.store.save_page(&due.user, &due.item, &page).await? {
        // Another process fetches them or has removed accounts, or the Item is gone.
        return Ok(Progress::NotReady);
    }
    *changed |= !page.updated.is_empty() || !page.removed.is_empty();
    *changed |= is_rebuild && !page.has_more;
    Ok(progress)
}

fn page(item: &ItemId, begin: SyncPosition, answer: TransactionChanges) -> SyncPage {
    let updated = answer.added.into_iter().chain(answer.modified);
    SyncPage {
        begin,
        next_cursor: answer.next_cursor,
        has_more: answer.has_more,
        updated: updated
            .map(|transaction| stored(item, transaction))
            .collect(),
        removed: answer
            .removed
            .into_iter()
            .map(|removed| removed.transaction_id)
            .collect(),
    }
}

/// Returns the part of a transaction that is stored and shown.
fn stored(item: &ItemId, transaction: plaid_types::Transaction) -> Transaction {
    let name = transaction.merchant_name.or(transaction.name);
    Transaction {
        id: transaction.transaction_id,
        item_id: item.clone(),
        account_id: transaction.account_id,
        date: transaction.date,
        name: name.unwrap_or_default(),
        amount: transaction.amount,
        iso_currency_code: transaction.iso_currency_code,
        unofficial_currency_code: transaction.unofficial_currency_code,
        pending: transaction.pending,
        category: transaction
            .personal_finance_category
            .map(|category| category.primary),
    }
}
