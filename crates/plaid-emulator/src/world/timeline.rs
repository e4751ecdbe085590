//! The timeline: the scheduled events of Items.

use std::collections::BTreeMap;

use plaid_types::ItemId;
use time::OffsetDateTime;

use super::ledger::Update;

/// The scheduled events, ordered by time and then by the order of their scheduling.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    events: BTreeMap<(OffsetDateTime, u64), (ItemId, Event)>,
    scheduled: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The login expires, unless the user has signed in again after `since`.
    LoginExpires { since: OffsetDateTime },
    /// The consent expires soon, unless it was renewed after `since`.
    ConsentExpiresSoon { since: OffsetDateTime },
    /// An update of the transactions is ready.
    TransactionsReady(Update),
    /// The bank posts pending transactions.
    Posting,
}

impl Timeline {
    pub(super) fn add(&mut self, at: OffsetDateTime, item: &ItemId, event: Event) {
        self.scheduled += 1;
        self.events
            .insert((at, self.scheduled), (item.clone(), event));
    }

    pub(super) fn next(&self) -> Option<OffsetDateTime> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// Removes and returns the first event if it is due.
    pub(super) fn pop(&mut self, now: OffsetDateTime) -> Option<(ItemId, Event)> {
        let first = self
            .events
            .first_entry()
            .filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}
