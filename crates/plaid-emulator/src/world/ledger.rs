//! An Item's ledger: all changes of its transactions, in the order of `/transactions/sync`.

use std::collections::HashMap;

use plaid_types::{AccountId, PlaidError};
use time::Date;

use super::id::Ids;
use crate::{
    error::{plaid_error, plaid_error_with_message},
    seed::TransactionTemplate,
};

/// The progress of an Item's transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Update {
    /// The last 30 days are available.
    Initial,
    /// The full history is available.
    Historical,
}

/// A transaction of an account.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) account_id: AccountId,
    pub(crate) details: TransactionTemplate,
    pub(crate) pending: bool,
    /// The id of the pending transaction that this one replaces.
    pub(crate) pending_id: Option<String>,
}

impl Transaction {
    /// Whether it is pending and the bank posts it today.
    pub(super) fn is_due(&self, today: Date) -> bool {
        self.pending && self.details.date <= today
    }
}

/// A change of the transactions.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Added(Transaction),
    Modified(Transaction),
    Removed { id: String, account_id: AccountId },
}

/// The changes of an Item's transactions.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The day from which the Item uses the product `transactions`.
    pub(super) since: Date,
    pub(super) update: Option<Update>,
    /// Whether the host has called `/transactions/sync`. No webhook is sent before.
    pub(super) requested: bool,
    changes: Vec<Change>,
}

/// A page of changes.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) changes: Vec<Change>,
    pub(crate) next_cursor: String,
    pub(crate) has_more: bool,
}

impl Ledger {
    pub(super) fn new(since: Date) -> Self {
        Self {
            since,
            update: None,
            requested: false,
            changes: Vec::new(),
        }
    }

    pub(super) fn write(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Replaces a pending transaction with its posted one.
    pub(super) fn post(&mut self, ids: &mut Ids, pending: &Transaction) {
        self.write(Change::Removed {
            id: pending.id.clone(),
            account_id: pending.account_id.clone(),
        });
        self.write(Change::Added(Transaction {
            id: ids.transaction(),
            pending: false,
            pending_id: Some(pending.id.clone()),
            ..pending.clone()
        }));
    }

    /// Returns at most `count` changes after the cursor.
    ///
    /// A cursor is `<changes read>`. Between two pages it is `<changes read>.<changes at the first page>`.
    ///
    /// # Errors
    /// `TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION` when there were changes after the first page.
    pub(super) fn page(&self, cursor: &str, count: usize) -> Result<Page, PlaidError> {
        let (read, at_first_page) = self.position(cursor).ok_or_else(|| {
            plaid_error_with_message(
                "INVALID_FIELD",
                "cursor is not associated with access_token",
            )
        })?;
        let all = self.changes.len();
        if at_first_page.is_some_and(|known| known != all) {
            return Err(plaid_error("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"));
        }
        let end = all.min(read + count);
        let has_more = end < all;
        Ok(Page {
            changes: self.changes[read..end].to_vec(),
            next_cursor: match (has_more, end) {
                (true, _) => format!("{end}.{all}"),
                (false, 0) => String::new(),
                (false, _) => end.to_string(),
            },
            has_more,
        })
    }

    fn position(&self, cursor: &str) -> Option<(usize, Option<usize>)> {
        if cursor.is_empty() {
            return Some((0, None));
        }
        let (read, at_first_page) = match cursor.split_once('.') {
            Some((read, all)) => (read, Some(all.parse().ok()?)),
            None => (cursor, None),
        };
        let read = read
            .parse()
            .ok()
            .filter(|read| *read <= self.changes.len())?;
        Some((read, at_first_page))
    }

    /// Returns the present transactions, in no order.
    pub(super) fn current(&self) -> Vec<Transaction> {
        let mut current = HashMap::new();
        for change in &self.changes {
            match change {
                Change::Added(transaction) | Change::Modified(transaction) => {
                    current.insert(transaction.id.as_str(), transaction);
                }
                Change::Removed { id, .. } => {
                    current.remove(id.as_str());
                }
            }
        }
        current.into_values().cloned().collect()
    }
}
