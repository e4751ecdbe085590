//! Transactions: they come after linking, and again whenever something happens.

use plaid_types::{Account, AccountId, ItemId, PlaidError};
use serde_json::json;
use time::Duration;

use super::{
    Item, State, World,
    id::Ids,
    ledger::{Change, Ledger, Page, Transaction, Update},
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
        if let Some(pending) = live.iter().find(|transaction| transaction.pending) {
            ledger.write(Change::Removed {
                id: pending.id.clone(),
                account_id: pending.account_id.clone(),
            });
            ledger.write(Change::Added(Transaction {
                id: ids.transaction(),
                pending: false,
                pending_id: Some(pending.id.clone()),
                ..pending.clone()
            }));
        }
        if let Some(mut tipped) = live.into_iter().find(|transaction| !transaction.pending) {
            tipped.what.amount += 1.0;
            ledger.write(Change::Modified(tipped));
        }
        if let Some(mut latest) = booked(ids, item, seed::latest_transaction(today)) {
            latest.pending = true;
            ledger.write(Change::Added(latest));
        }
    }

    /// What was planned when the Item was linked has come.
    pub(super) fn update_transactions(&self, state: &mut State, id: &ItemId, update: Update) {
        let today = self.clock.now().date();
        let State {
            ids,
            items,
            ledgers,
            ..
        } = state;
        let Some(item) = items.get_mut(id) else {
            return;
        };
        let ledger = ledgers
            .entry(id.clone())
            .or_insert_with(|| Ledger::new(today));
        let (from, to) = match update {
            Update::Initial => (ledger.since - INITIAL, ledger.since),
            Update::Historical => (
                ledger.since - HISTORICAL,
                ledger.since - INITIAL - Duration::DAY,
            ),
        };
        for what in seed::transactions(from, to) {
            if let Some(transaction) = booked(ids, item, what) {
                ledger.write(Change::Added(transaction));
            }
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
        for what in seed::transactions(ledger.since - reach, ledger.since) {
            if let Some(transaction) = booked(ids, item, what)
                && !before.contains(&transaction.account_id)
            {
                ledger.write(Change::Added(transaction));
            }
        }
    }

    pub(super) fn tell_of_transactions(&self, item: &mut Item, update: Option<Update>) {
        let more = json!({
            "initial_update_complete": update.is_some(),
            "historical_update_complete": update == Some(Update::Historical),
        });
        self.tell(item, "TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", more);
    }
}

/// The transaction on the account that it belongs to, if the user shares one.
fn booked(ids: &mut Ids, item: &Item, what: TransactionTemplate) -> Option<Transaction> {
    let account = item
        .shared_accounts()
        .find(|account| account.subtype.as_ref() == Some(&what.subtype))?;
    Some(Transaction {
        id: ids.transaction(),
        account_id: account.account_id.clone(),
        what,
        pending: false,
        pending_id: None,
    })
}
