//! The ledger of an Item: every change of its transactions, in the order in which `/transactions/sync` tells them.

use std::collections::HashMap;

use plaid_types::{AccountId, PlaidError};
use time::Date;

use super::id::Ids;
use crate::{
    error::{plaid_error, plaid_error_saying},
    seed::TransactionTemplate,
};

/// How far Plaid has come with an Item's transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Update {
    /// The last 30 days are there.
    Initial,
    /// All are there.
    Historical,
}

/// A transaction of an account.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) account_id: AccountId,
    pub(crate) what: TransactionTemplate,
    pub(crate) pending: bool,
    /// The pending transaction that this one came of.
    pub(crate) pending_id: Option<String>,
}

impl Transaction {
    /// Whether it is pending and the bank may book it today.
    pub(super) fn is_due(&self, today: Date) -> bool {
        self.pending && self.what.date <= today
    }
}

/// A change of the transactions.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Added(Transaction),
    Modified(Transaction),
    Removed { id: String, account_id: AccountId },
}

#[derive(Debug)]
pub(super) struct Ledger {
    /// The day on which the Item was linked, as far as transactions go.
    pub(super) since: Date,
    pub(super) update: Option<Update>,
    /// Whether the host has asked yet; it hears of nothing before.
    pub(super) asked: bool,
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
            asked: false,
            changes: Vec::new(),
        }
    }

    pub(super) fn write(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// In place of what was pending there is now what the bank has booked.
    pub(super) fn book(&mut self, ids: &mut Ids, pending: &Transaction) {
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

    /// The changes after the cursor, at most so many.
    ///
    /// A cursor is `<changes read>`, and within a run of pages `<changes read>.<changes at the start of the run>`.
    ///
    /// # Errors
    /// `TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION` when there were changes since the run began.
    pub(super) fn page(&self, cursor: &str, count: usize) -> Result<Page, PlaidError> {
        let (read, run) = self.position(cursor).ok_or_else(|| {
            plaid_error_saying(
                "INVALID_FIELD",
                "cursor is not associated with access_token",
            )
        })?;
        let all = self.changes.len();
        if run.is_some_and(|run| run != all) {
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
        let (read, run) = match cursor.split_once('.') {
            Some((read, run)) => (read, Some(run.parse().ok()?)),
            None => (cursor, None),
        };
        let read = read
            .parse()
            .ok()
            .filter(|read| *read <= self.changes.len())?;
        Some((read, run))
    }

    /// The transactions as all changes together leave them, in no order.
    pub(super) fn live(&self) -> Vec<Transaction> {
        let mut live = HashMap::new();
        for change in &self.changes {
            match change {
                Change::Added(transaction) | Change::Modified(transaction) => {
                    live.insert(transaction.id.as_str(), transaction);
                }
                Change::Removed { id, .. } => {
                    live.remove(id.as_str());
                }
            }
        }
        live.into_values().cloned().collect()
    }
}
