//! Transactions: they come after linking, and again whenever something happens.

use std::ops::RangeInclusive;

use plaid_types::{Account, AccountId, AccountSubtype, ItemId, PlaidError};
use serde_json::json;
use time::{Date, Duration};

use super::{
    Item, State, World,
    id::Ids,
    ledger::{Change, Ledger, Page, Transaction, Update},
    timeline::Timeline,
};
use crate::{
    error::plaid_error,
    seed::{self, TransactionTemplate},
};

/// How far back the first update goes, and the second.
const INITIAL: Duration = Duration::days(30);
const HISTORICAL: Duration = Duration::days(90);

/// An answer of `/transactions/sync`, before it is JSON.
#[derive(Debug)]
pub(crate) struct Sync {
    pub(crate) update: Option<Update>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) page: Page,
}

impl World {
    /// The changes after a cursor. The first call brings the product to the Item if it has not got it.
    ///
    /// # Errors
    /// Those of the access token, of the Item and of the cursor, and `PRODUCTS_NOT_SUPPORTED`.
    pub(crate) fn sync(
        &self,
        access_token: &str,
        cursor: &str,
        count: usize,
    ) -> Result<Sync, PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        let State {
            items,
            ledgers,
            timeline,
            ..
        } = &mut *state;
        let item = items
            .get_mut(&id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        if let Some(error) = &item.error {
            return Err(error.clone());
        }
        if !item.uses("transactions") {
            let product = "transactions".to_owned();
            let bank = self.institutions.by_id(item.institution_id.as_str());
            if !bank.is_some_and(|bank| bank.supports(std::slice::from_ref(&product))) {
                return Err(plaid_error("PRODUCTS_NOT_SUPPORTED"));
            }
            item.products.push(product);
            self.plan_transactions(timeline, &id);
        }
        let today = self.clock.now().date();
        let ledger = ledgers.entry(id).or_insert_with(|| Ledger::new(today));
        ledger.asked = true;
        Ok(Sync {
            update: ledger.update,
            accounts: item.shared_accounts().cloned().collect(),
            page: ledger.page(cursor, count)?,
        })
    }

    /// Something happens on the Item's accounts: what was pending is booked, an older transaction gets its tip, and
    /// a new one is pending.
    pub(super) fn new_activity(&self, state: &mut State, id: &ItemId) {
        let today = self.clock.now().date();
        let State {
            ids,
            items,
            ledgers,
            ..
        } = state;
        let (Some(item), Some(ledger)) = (items.get(id), ledgers.get_mut(id)) else {
            return;
        };
        let mut live = ledger.live();
        live.sort_by(|one, other| one.id.cmp(&other.id));
        if let Some(pending) = live.iter().find(|transaction| transaction.is_due(today)) {
            ledger.book(ids, pending);
        }
        let changes = |transaction: &Transaction| {
            !transaction.pending && !lists_transactions(item, &transaction.account_id)
        };
        if let Some(mut tipped) = live.into_iter().find(changes) {
            tipped.what.amount += 1.0;
            ledger.write(Change::Modified(tipped));
        }
        let (subtype, latest) = seed::latest_transaction(today);
        if let Some(account) = usual_account(item, &subtype) {
            ledger.write(Change::Added(Transaction {
                pending: true,
                ..booked(ids, account, latest)
            }));
        }
    }

    /// The day has come on which the bank books some of what was pending.
    pub(super) fn book_pending(&self, state: &mut State, id: &ItemId) {
        let today = self.clock.now().date();
        let State {
            ids,
            items,
            ledgers,
            ..
        } = state;
        let (Some(item), Some(ledger)) = (items.get_mut(id), ledgers.get_mut(id)) else {
            return;
        };
        let mut due = ledger.live();
        due.retain(|transaction| transaction.is_due(today));
        due.sort_by(|one, other| one.id.cmp(&other.id));
        for pending in &due {
            ledger.book(ids, pending);
        }
        if ledger.asked && !due.is_empty() {
            self.tell_of_transactions(item, ledger.update);
        }
    }

    /// What was planned when the Item was linked has come.
    pub(super) fn update_transactions(&self, state: &mut State, id: &ItemId, update: Update) {
        let today = self.clock.now().date();
        let State {
            ids,
            items,
            ledgers,
            timeline,
            ..
        } = state;
        let Some(item) = items.get_mut(id) else {
            return;
        };
        let ledger = ledgers
            .entry(id.clone())
            .or_insert_with(|| Ledger::new(today));
        let since = ledger.since;
        let (from, to) = match update {
            Update::Initial => (since - INITIAL, Date::MAX),
            Update::Historical => (since - HISTORICAL, since - INITIAL - Duration::DAY),
        };
        for transaction in happened(ids, item, since, from..=to) {
            self.add(timeline, id, ledger, transaction);
        }
        ledger.update = Some(update);
        if ledger.asked {
            self.tell_of_transactions(item, Some(update));
        }
    }

    /// The user shares other accounts than before: their transactions come, and the others go.
    pub(super) fn reselect_transactions(
        &self,
        state: &mut State,
        id: &ItemId,
        before: &[AccountId],
    ) {
        let State {
            ids,
            items,
            ledgers,
            timeline,
            ..
        } = state;
        let (Some(item), Some(ledger)) = (items.get(id), ledgers.get_mut(id)) else {
            return;
        };
        let shared: Vec<&AccountId> = item
            .shared_accounts()
            .map(|account| &account.account_id)
            .collect();
        for gone in ledger.live() {
            if !shared.contains(&&gone.account_id) {
                ledger.write(Change::Removed {
                    id: gone.id,
                    account_id: gone.account_id,
                });
            }
        }
        let reach = match ledger.update {
            None => return,
            Some(Update::Initial) => INITIAL,
            Some(Update::Historical) => HISTORICAL,
        };
        let since = ledger.since;
        for transaction in happened(ids, item, since, since - reach..=Date::MAX) {
            if !before.contains(&transaction.account_id) {
                self.add(timeline, id, ledger, transaction);
            }
        }
    }

    /// Writes a transaction down; one that is to come is booked when its day has.
    fn add(
        &self,
        timeline: &mut Timeline,
        id: &ItemId,
        ledger: &mut Ledger,
        mut transaction: Transaction,
    ) {
        if transaction.what.date > self.clock.now().date() {
            transaction.pending = true;
            self.plan_posting(timeline, id, transaction.what.date);
        }
        ledger.write(Change::Added(transaction));
    }

    pub(super) fn tell_of_transactions(&self, item: &mut Item, update: Option<Update>) {
        let more = json!({
            "initial_update_complete": update.is_some(),
            "historical_update_complete": update == Some(Update::Historical),
        });
        self.tell(item, "TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", more);
    }
}

/// What happened on the shared accounts in these days, the oldest first: what their user says, or else what always does, up
/// to the day on which the Item was linked.
fn happened(
    ids: &mut Ids,
    item: &Item,
    since: Date,
    days: RangeInclusive<Date>,
) -> Vec<Transaction> {
    let mut happened = Vec::new();
    for (subtype, what) in seed::transactions(*days.start(), since.min(*days.end())) {
        if let Some(account) = usual_account(item, &subtype) {
            happened.push(booked(ids, account, what));
        }
    }
    for held in item.accounts.iter().filter(|held| held.shared) {
        for what in held.transactions.iter().flatten() {
            if days.contains(&what.date) {
                happened.push(booked(ids, &held.account, what.clone()));
            }
        }
    }
    happened.sort_by_key(|transaction| transaction.what.date);
    happened
}

/// The shared account on which what always happens to that subtype does.
fn usual_account<'a>(item: &'a Item, subtype: &AccountSubtype) -> Option<&'a Account> {
    item.shared_accounts().find(|account| {
        account.subtype.as_ref() == Some(subtype) && !lists_transactions(item, &account.account_id)
    })
}

/// Whether the account's user says what happens on it.
fn lists_transactions(item: &Item, account: &AccountId) -> bool {
    item.accounts
        .iter()
        .any(|held| held.account.account_id == *account && held.transactions.is_some())
}

fn booked(ids: &mut Ids, account: &Account, what: TransactionTemplate) -> Transaction {
    Transaction {
        id: ids.transaction(),
        account_id: account.account_id.clone(),
        what,
        pending: false,
        pending_id: None,
    }
}
