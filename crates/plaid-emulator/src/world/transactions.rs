//! The operations on an Item's transactions.

use std::ops::RangeInclusive;

use plaid_types::{Account, AccountId, AccountSubtype, ItemId, PlaidError};
use serde_json::json;
use time::{Date, Duration};

use super::{
    id::Ids,
    item::Item,
    ledger::{Change, Ledger, Page, Transaction, Update},
    state::{State, World},
    timeline::Timeline,
};
use crate::{
    error::plaid_error,
    seed::{self, TransactionTemplate},
};

/// The age of the oldest transaction in the first update.
const INITIAL: Duration = Duration::days(30);
/// The age of the oldest transaction in the second update.
const HISTORICAL: Duration = Duration::days(90);

/// The result of `/transactions/sync`.
#[derive(Debug)]
pub(crate) struct Sync {
    pub(crate) update: Option<Update>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) page: Page,
}

impl World {
    /// Returns the changes after a cursor. The first call adds the product to the Item.
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
            self.schedule_transactions(timeline, &id);
        }
        let today = self.clock.now().date();
        let ledger = ledgers.entry(id).or_insert_with(|| Ledger::new(today));
        ledger.requested = true;
        Ok(Sync {
            update: ledger.update,
            accounts: item.shared_accounts().cloned().collect(),
            page: ledger.page(cursor, count)?,
        })
    }

    /// Simulates activity on the Item's accounts: the first due pending transaction is posted, the amount of a posted
    /// one changes, and a pending one is added.
    pub(super) fn simulate_activity(&self, state: &mut State, id: &ItemId) {
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
        let mut current = ledger.current();
        current.sort_by(|one, other| one.id.cmp(&other.id));
        if let Some(pending) = current.iter().find(|transaction| transaction.is_due(today)) {
            ledger.post(ids, pending);
        }
        let is_changeable = |transaction: &Transaction| {
            !transaction.pending && !lists_transactions(item, &transaction.account_id)
        };
        if let Some(mut changed) = current.into_iter().find(is_changeable) {
            changed.details.amount += 1.0;
            ledger.write(Change::Modified(changed));
        }
        let (subtype, latest) = seed::latest_transaction(today);
        if let Some(account) = usual_account(item, &subtype) {
            ledger.write(Change::Added(Transaction {
                pending: true,
                ..posted(ids, account, latest)
            }));
        }
    }

    /// Posts the pending transactions that are due.
    pub(super) fn post_pending(&self, state: &mut State, id: &ItemId) {
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
        let mut due = ledger.current();
        due.retain(|transaction| transaction.is_due(today));
        due.sort_by(|one, other| one.id.cmp(&other.id));
        for pending in &due {
            ledger.post(ids, pending);
        }
        if ledger.requested && !due.is_empty() {
            self.send_transactions_webhook(item, ledger.update);
        }
    }

    /// Adds the transactions of an update.
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
        for transaction in transactions_between(ids, item, since, from..=to) {
            self.add(timeline, id, ledger, transaction);
        }
        ledger.update = Some(update);
        if ledger.requested {
            self.send_transactions_webhook(item, Some(update));
        }
    }

    /// Applies a new selection of accounts: adds the transactions of new accounts, removes those of others.
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
        for transaction in ledger.current() {
            if !shared.contains(&&transaction.account_id) {
                ledger.write(Change::Removed {
                    id: transaction.id,
                    account_id: transaction.account_id,
                });
            }
        }
        let age = match ledger.update {
            None => return,
            Some(Update::Initial) => INITIAL,
            Some(Update::Historical) => HISTORICAL,
        };
        let since = ledger.since;
        for transaction in transactions_between(ids, item, since, since - age..=Date::MAX) {
            if !before.contains(&transaction.account_id) {
                self.add(timeline, id, ledger, transaction);
            }
        }
    }

    /// Adds a transaction. One with a date in the future is pending until then.
    fn add(
        &self,
        timeline: &mut Timeline,
        id: &ItemId,
        ledger: &mut Ledger,
        mut transaction: Transaction,
    ) {
        if transaction.details.date > self.clock.now().date() {
            transaction.pending = true;
            self.schedule_posting(timeline, id, transaction.details.date);
        }
        ledger.write(Change::Added(transaction));
    }

    pub(super) fn send_transactions_webhook(&self, item: &mut Item, update: Option<Update>) {
        let more = json!({
            "initial_update_complete": update.is_some(),
            "historical_update_complete": update == Some(Update::Historical),
        });
        self.send_webhook(item, "TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", more);
    }
}

/// Returns the transactions of the shared accounts in these days, the oldest first.
///
/// They are those of the custom user, or else the usual ones until the day from which the Item uses the product.
fn transactions_between(
    ids: &mut Ids,
    item: &Item,
    since: Date,
    days: RangeInclusive<Date>,
) -> Vec<Transaction> {
    let mut transactions = Vec::new();
    for (subtype, details) in seed::transactions(*days.start(), since.min(*days.end())) {
        if let Some(account) = usual_account(item, &subtype) {
            transactions.push(posted(ids, account, details));
        }
    }
    for account in item.accounts.iter().filter(|account| account.shared) {
        for details in account.transactions.iter().flatten() {
            if days.contains(&details.date) {
                transactions.push(posted(ids, &account.account, details.clone()));
            }
        }
    }
    transactions.sort_by_key(|transaction| transaction.details.date);
    transactions
}

/// Returns the shared account that gets the usual transactions of this subtype.
fn usual_account<'a>(item: &'a Item, subtype: &AccountSubtype) -> Option<&'a Account> {
    item.shared_accounts().find(|account| {
        account.subtype.as_ref() == Some(subtype) && !lists_transactions(item, &account.account_id)
    })
}

/// Whether a custom user lists the transactions of the account.
fn lists_transactions(item: &Item, account: &AccountId) -> bool {
    item.accounts
        .iter()
        .any(|known| known.account.account_id == *account && known.transactions.is_some())
}

fn posted(ids: &mut Ids, account: &Account, details: TransactionTemplate) -> Transaction {
    Transaction {
        id: ids.transaction(),
        account_id: account.account_id.clone(),
        details,
        pending: false,
        pending_id: None,
    }
}
