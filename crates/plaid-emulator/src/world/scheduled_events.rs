//! The scheduling of Items' events, and what each event does.

use plaid_types::ItemId;
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};

use super::{
    item::Item,
    ledger::Update,
    state::{State, World},
    timeline::{Event, Timeline},
};
use crate::{clock::iso, error::plaid_error};

/// The lifetime of a login where consent does not expire.
const LOGIN_LIFETIME: Duration = Duration::days(30);
/// Plaid announces the end of a consent, or a disconnection, this far ahead.
const NOTICE_PERIOD: Duration = Duration::days(7);
/// The delay from the creation of an Item to its first update of transactions.
const INITIAL_UPDATE: Duration = Duration::seconds(1);
/// The delay from the creation of an Item to its full history of transactions.
const HISTORICAL_UPDATE: Duration = Duration::seconds(3);

impl World {
    /// Carries out the scheduled events at their times. Never returns.
    pub(crate) async fn run_schedule(&self) {
        loop {
            let next = self.state().timeline.next();
            tokio::select! {
                () = self.clock.reach(next) => {}
                () = self.schedule_changed.notified() => {}
            }
        }
    }

    /// Carries out all events that are due.
    pub(super) fn catch_up(&self, state: &mut State) {
        let now = self.clock.now();
        while let Some((id, event)) = state.timeline.pop(now) {
            match event {
                Event::LoginExpires { since } => self.expire_login(state, &id, since),
                Event::ConsentExpiresSoon { since } => self.announce_consent_end(state, &id, since),
                Event::TransactionsReady(update) => self.update_transactions(state, &id, update),
                Event::Posting => self.post_pending(state, &id),
            }
        }
    }

    /// Schedules the end of the login, and its announcement.
    pub(super) fn schedule_login_expiry(&self, timeline: &mut Timeline, item: &Item) {
        let since = item.logged_in_at;
        if let Some(consent) = item.consent {
            let announcement = Event::ConsentExpiresSoon { since };
            timeline.add(since + consent - NOTICE_PERIOD, &item.id, announcement);
        }
        let end = since + item.consent.unwrap_or(LOGIN_LIFETIME);
        timeline.add(end, &item.id, Event::LoginExpires { since });
        self.schedule_changed.notify_one();
    }

    /// Announces a disconnection, and schedules it: the login expires then unless the Item is repaired.
    pub(super) fn announce_disconnect(&self, timeline: &mut Timeline, item: &mut Item) {
        let end = self.clock.now() + NOTICE_PERIOD;
        let event = Event::LoginExpires {
            since: item.logged_in_at,
        };
        timeline.add(end, &item.id, event);
        self.schedule_changed.notify_one();
        let more = json!({ "reason": "INSTITUTION_MIGRATION", "disconnect_time": iso(end) });
        self.send_webhook(item, "ITEM", "PENDING_DISCONNECT", more);
    }

    pub(super) fn schedule_transactions(&self, timeline: &mut Timeline, id: &ItemId) {
        let now = self.clock.now();
        timeline.add(
            now + INITIAL_UPDATE,
            id,
            Event::TransactionsReady(Update::Initial),
        );
        timeline.add(
            now + HISTORICAL_UPDATE,
            id,
            Event::TransactionsReady(Update::Historical),
        );
        self.schedule_changed.notify_one();
    }

    /// Schedules the posting of pending transactions on that day.
    pub(super) fn schedule_posting(&self, timeline: &mut Timeline, id: &ItemId, on: Date) {
        timeline.add(on.midnight().assume_utc(), id, Event::Posting);
        self.schedule_changed.notify_one();
    }

    fn expire_login(&self, state: &mut State, id: &ItemId, since: OffsetDateTime) {
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

    fn announce_consent_end(&self, state: &mut State, id: &ItemId, since: OffsetDateTime) {
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
        let in_north_america = self
            .institutions
            .by_id(item.institution_id.as_str())
            .is_some_and(|bank| {
                bank.country_codes
                    .iter()
                    .any(|code| ["US", "CA"].contains(code))
            });
        if in_north_america {
            let more =
                json!({ "reason": "INSTITUTION_TOKEN_EXPIRATION", "disconnect_time": iso(end) });
            self.send_webhook(item, "ITEM", "PENDING_DISCONNECT", more);
        } else {
            let more = json!({ "consent_expiration_time": iso(end) });
            self.send_webhook(item, "ITEM", "PENDING_EXPIRATION", more);
        }
    }
}
