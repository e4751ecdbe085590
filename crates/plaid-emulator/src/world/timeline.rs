//! What happens to Items by itself, when its time has come.

use std::collections::BTreeMap;

use plaid_types::ItemId;
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};

use super::{Item, State, World, item::LOGIN, ledger::Update};
use crate::{clock::iso, error::plaid_error};

/// So long before a consent ends, the host hears of it.
const WARNING: Duration = Duration::days(7);
/// So long after it was linked, an Item's latest transactions are there, and then all.
const INITIAL_UPDATE: Duration = Duration::seconds(1);
const HISTORICAL_UPDATE: Duration = Duration::seconds(3);

/// What is to come, by its time and then in the order in which it was planned.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    events: BTreeMap<(OffsetDateTime, u64), (ItemId, Event)>,
    planned: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The bank asks for the user, unless they have been there since.
    LoginEnds { since: OffsetDateTime },
    /// The consent will end soon, unless it was renewed since.
    ConsentNearsItsEnd { since: OffsetDateTime },
    /// Transactions have come.
    Transactions(Update),
    /// The bank books what was pending until now.
    Posting,
}

impl Timeline {
    fn add(&mut self, at: OffsetDateTime, item: &ItemId, event: Event) {
        self.planned += 1;
        self.events
            .insert((at, self.planned), (item.clone(), event));
    }

    fn next(&self) -> Option<OffsetDateTime> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out the first event if its time has come.
    fn pop(&mut self, now: OffsetDateTime) -> Option<(ItemId, Event)> {
        let first = self
            .events
            .first_entry()
            .filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

impl World {
    /// Lets things happen at their time, for as long as this is polled.
    pub(crate) async fn pass_time(&self) {
        loop {
            let next = self.state().timeline.next();
            tokio::select! {
                () = self.clock.reach(next) => {}
                () = self.replanned.notified() => {}
            }
        }
    }

    /// Brings the state up to date; whoever looks at it sees nothing older.
    pub(super) fn catch_up(&self, state: &mut State) {
        let now = self.clock.now();
        while let Some((id, event)) = state.timeline.pop(now) {
            match event {
                Event::LoginEnds { since } => self.end_login(state, &id, since),
                Event::ConsentNearsItsEnd { since } => self.warn_of_end(state, &id, since),
                Event::Transactions(update) => self.update_transactions(state, &id, update),
                Event::Posting => self.book_pending(state, &id),
            }
        }
    }

    /// Plans what follows from a user's visit to the bank.
    pub(super) fn plan_login(&self, timeline: &mut Timeline, item: &Item) {
        let since = item.logged_in_at;
        if let Some(consent) = item.consent {
            let warning = Event::ConsentNearsItsEnd { since };
            timeline.add(since + consent - WARNING, &item.id, warning);
        }
        let end = since + item.consent.unwrap_or(LOGIN);
        timeline.add(end, &item.id, Event::LoginEnds { since });
        self.replanned.notify_one();
    }

    /// The bank announces that it will ask for the user: an Item that is not repaired by then breaks.
    pub(super) fn announce_disconnect(&self, timeline: &mut Timeline, item: &mut Item) {
        let end = self.clock.now() + WARNING;
        let event = Event::LoginEnds {
            since: item.logged_in_at,
        };
        timeline.add(end, &item.id, event);
        self.replanned.notify_one();
        let more = json!({ "reason": "INSTITUTION_MIGRATION", "disconnect_time": iso(end) });
        self.tell(item, "ITEM", "PENDING_DISCONNECT", more);
    }

    pub(super) fn plan_transactions(&self, timeline: &mut Timeline, id: &ItemId) {
        let now = self.clock.now();
        timeline.add(
            now + INITIAL_UPDATE,
            id,
            Event::Transactions(Update::Initial),
        );
        timeline.add(
            now + HISTORICAL_UPDATE,
            id,
            Event::Transactions(Update::Historical),
        );
        self.replanned.notify_one();
    }

    /// Plans that the bank books something on that day.
    pub(super) fn plan_posting(&self, timeline: &mut Timeline, id: &ItemId, on: Date) {
        timeline.add(on.midnight().assume_utc(), id, Event::Posting);
        self.replanned.notify_one();
    }

    fn end_login(&self, state: &mut State, id: &ItemId, since: OffsetDateTime) {
        let Some(item) = state
            .items
            .get_mut(id)
            .filter(|item| item.logged_in_at == since)
        else {
            return;
        };
        if item.error.is_none() {
            let mut error = plaid_error("ITEM_LOGIN_REQUIRED");
            if item.consent.is_some() {
                error.error_code_reason = Some("OAUTH_CONSENT_EXPIRED".to_owned());
            }
            self.fail(item, error);
        }
    }

    fn warn_of_end(&self, state: &mut State, id: &ItemId, since: OffsetDateTime) {
        let Some(item) = state
            .items
            .get_mut(id)
            .filter(|item| item.logged_in_at == since)
        else {
            return;
        };
        let Some(end) = item.consent_expires_at() else {
            return;
        };
        let american = self
            .institutions
            .by_id(item.institution_id.as_str())
            .is_some_and(|bank| {
                bank.country_codes
                    .iter()
                    .any(|code| ["US", "CA"].contains(code))
            });
        if american {
            let more =
                json!({ "reason": "INSTITUTION_TOKEN_EXPIRATION", "disconnect_time": iso(end) });
            self.tell(item, "ITEM", "PENDING_DISCONNECT", more);
        } else {
            let more = json!({ "consent_expiration_time": iso(end) });
            self.tell(item, "ITEM", "PENDING_EXPIRATION", more);
        }
    }
}
