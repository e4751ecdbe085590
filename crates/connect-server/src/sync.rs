//! Fetches transactions: for each Item page by page, each kept together with the place where the next one begins.
//!
//! What is to be fetched is noted in the database, so that it outlives the process and no two do the same.

use std::sync::{Arc, Weak};

use connect_api::{ChangeKind, Transaction};
use plaid_client::TransactionChanges;
use plaid_types::{ErrorType, ItemId};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::clock::{iso, iso_now};
use crate::error::{Error, Result, chain};
use crate::item_edit::ItemEdit;
use crate::refresh::{access_token, ask_state};
use crate::store::{DueSync, SyncPage};

/// How many Items are taken up in one go, and how many are worked on at the same time.
const BATCH: usize = 64;
const AT_ONCE: usize = 4;

/// One that is not done by then, because Plaid was down or this process ended, is taken up again.
const TRY_AGAIN_AFTER: Duration = Duration::seconds(60);

/// How long nothing is looked for when nothing comes in.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(15);

/// Two years of the busiest account are a tenth of it; the rest comes with the next sync.
const MAX_PAGES: usize = 400;

/// So often a run of pages is begun again.
const MAX_RESTARTS: usize = 5;

/// The transactions changed while their pages were fetched.
const MUTATED: &str = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION";

/// The product that brings transactions.
const PRODUCT: &str = "transactions";

/// From when on the transactions of a new Item are wanted; nothing if it brings none.
pub(crate) fn first(backend: &Backend) -> Option<String> {
    let products = &backend.config.link.products;
    products
        .iter()
        .any(|product| product == PRODUCT)
        .then(iso_now)
}

/// Has an Item's transactions fetched, if the backend asks banks for any.
pub(crate) async fn want(backend: &Backend, item: &ItemId) -> Result<()> {
    match first(backend) {
        Some(now) => want_at(backend, item, &now).await,
        None => Ok(()),
    }
}

/// Has an Item's transactions fetched: Plaid said that there are some.
pub(crate) async fn want_now(backend: &Backend, item: &ItemId) -> Result<()> {
    want_at(backend, item, &iso_now()).await
}

async fn want_at(backend: &Backend, item: &ItemId, at: &str) -> Result<()> {
    backend.store.want_sync(item, at).await?;
    backend.sync_bell.notify_one();
    Ok(())
}

/// Fetches what is to be fetched, also what an earlier process left, for as long as the backend lives.
pub(crate) async fn run(backend: Weak<Backend>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    while let Some((bell, stop)) = take_up(&backend, &room).await {
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Takes up all that is to be fetched now; what to wait for then, if the backend still lives.
async fn take_up(
    backend: &Weak<Backend>,
    room: &Arc<Semaphore>,
) -> Option<(Arc<Notify>, CancellationToken)> {
    let backend = backend.upgrade()?;
    loop {
        let again_at = iso(OffsetDateTime::now_utc() + TRY_AGAIN_AFTER);
        let due = backend
            .store
            .syncs_to_do(&iso_now(), &again_at, BATCH)
            .await;
        let due = due.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&error), "no transactions could be looked for");
            Vec::new()
        });
        if due.is_empty() {
            return Some((backend.sync_bell.clone(), backend.stop.clone()));
        }
        for due in due {
            let permit = room.clone().acquire_owned().await.ok()?;
            let backend = backend.clone();
            let tasks = backend.tasks.clone();
            tasks.spawn(async move {
                if let Err(error) = sync(&backend, &due).await {
                    let item_id = &due.item;
                    tracing::warn!(%item_id, cause = chain(&error), "transactions wait for another try");
                }
                drop(permit);
            });
        }
    }
}

/// Fetches all that is new of an Item, and tells its user's open pages.
async fn sync(backend: &Backend, due: &DueSync) -> Result<()> {
    let mut changed = false;
    let fetched = fetch(backend, due, &mut changed).await;
    if changed {
        backend
            .changes
            .tell(&due.user, &due.item, ChangeKind::Transactions);
    }
    match fetched {
        Ok(Progress::Done) => {}
        Ok(Progress::More | Progress::NotReady) => return Ok(()),
        Err(Error::Plaid(error)) if is_lasting(&error) => {
            let item_id = &due.item;
            tracing::warn!(%item_id, cause = chain(&error), "transactions do not come");
            recheck(backend, due).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(backend.store.sync_done(due).await?)
}

/// How far a page has brought an Item.
#[derive(PartialEq, Eq)]
enum Progress {
    /// There is another page.
    More,
    /// That was all.
    Done,
    /// Plaid has nothing yet, and may have no way to tell when.
    NotReady,
}

async fn fetch(backend: &Backend, due: &DueSync, changed: &mut bool) -> Result<Progress> {
    let mut restarts = 0;
    for _ in 0..MAX_PAGES {
        match fetch_page(backend, due, changed).await {
            Ok(Progress::More) => {}
            Err(Error::Plaid(error))
                if error.code() == Some(MUTATED) && restarts < MAX_RESTARTS =>
            {
                restarts += 1;
                backend.store.restart_sync(&due.item).await?;
            }
            end => return end,
        }
    }
    Ok(Progress::More)
}

/// Fetches one page. Nobody edits the Item meanwhile: the transactions of an account that is being deselected would
/// come back.
async fn fetch_page(backend: &Backend, due: &DueSync, changed: &mut bool) -> Result<Progress> {
    let _alone = backend.edits.lock(due.item.clone()).await;
    let Some(cursor) = backend.store.sync_cursor(&due.item).await? else {
        return Ok(Progress::Done);
    };
    let Some(token) = access_token(backend, &due.user, &due.item).await? else {
        return Ok(Progress::Done);
    };
    let answer = backend.plaid.transactions_sync(&token, &cursor).await?;
    let status = answer.transactions_update_status.as_deref();
    let progress = match (answer.has_more, status) {
        (true, _) => Progress::More,
        (false, Some("NOT_READY")) => Progress::NotReady,
        (false, _) => Progress::Done,
    };
    let page = page(&due.item, cursor, answer);
    if !backend.store.keep_page(&due.user, &due.item, &page).await? {
        // Another process fetches them, or the Item is gone.
        return Ok(Progress::NotReady);
    }
    *changed |= !page.kept.is_empty() || !page.gone.is_empty();
    Ok(progress)
}

fn page(item: &ItemId, cursor: String, answer: TransactionChanges) -> SyncPage {
    let changed = answer.added.into_iter().chain(answer.modified);
    SyncPage {
        cursor,
        next_cursor: answer.next_cursor,
        has_more: answer.has_more,
        kept: changed.map(|one| shown(item, one)).collect(),
        gone: answer
            .removed
            .into_iter()
            .map(|removed| removed.transaction_id)
            .collect(),
    }
}

/// A transaction as its owner sees it.
fn shown(item: &ItemId, transaction: plaid_types::Transaction) -> Transaction {
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

/// Plaid was asked and refused; the Item may say why.
async fn recheck(backend: &Backend, due: &DueSync) -> Result<()> {
    let mut edit = match ItemEdit::begin(backend, &due.user, &due.item).await {
        Err(Error::NotFound) => return Ok(()),
        edit => edit?,
    };
    if let Some(token) = access_token(backend, &due.user, &due.item).await? {
        ask_state(backend, &token, &mut edit.item).await?;
    }
    edit.save().await.map(|_| ())
}

/// Whether asking again would be answered the same, until something else happens.
fn is_lasting(error: &plaid_client::Error) -> bool {
    error.plaid().is_some_and(|said| {
        !matches!(
            said.error_type,
            ErrorType::ApiError | ErrorType::RateLimitExceeded | ErrorType::InstitutionError
        ) && ![MUTATED, "PRODUCT_NOT_READY"].contains(&&*said.error_code)
    })
}
