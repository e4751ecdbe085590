//! A visit with everything around it: its ids, its Link token, the time, and what the page is told.

use std::sync::Arc;

use plaid_types::{
    LinkSessionId, RequestId,
    link::{EventMetadata, EventName, ExitMetadata, ExitStatus, LinkInstitution, SuccessMetadata},
};
use serde::Serialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, macros::format_description};

use super::{
    event::{Event, link_error},
    pane::{Ending, Pane, Then},
    step::{Act, BankPage},
    surface::Surface,
    visit::Visit,
};
use crate::{
    app::App,
    error::plaid_error,
    world::{CreatedItem, LinkTokenRecord, NewItem, SessionEnd},
};

/// A visit with everything around it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: LinkSessionId,
    /// None where the visit was refused from the start.
    pub(super) token: Option<Arc<LinkTokenRecord>>,
    pub(super) visit: Visit,
    pub(super) surface: Surface,
    /// The way to the bank's own page and back.
    pub(super) trip: Trip,
    created: Option<CreatedItem>,
    held: Vec<Value>,
    last_event: OffsetDateTime,
}

/// The way to the bank's own page and back.
#[derive(Debug)]
pub(super) struct Trip {
    /// The `oauth_state_id`.
    pub(super) id: String,
    pub(super) answer: Option<BankPage>,
}

impl Trip {
    fn new(app: &App) -> Self {
        Self {
            id: app.world.uuid(),
            answer: None,
        }
    }
}

impl Session {
    pub(super) fn new(
        app: &App,
        token: Option<Arc<LinkTokenRecord>>,
        visit: Visit,
        surface: Surface,
    ) -> Self {
        let id = match &token {
            Some(token) => app.world.start_session(&token.link_token),
            None => LinkSessionId::new(app.world.uuid()),
        };
        let trip = Trip::new(app);
        Self {
            id,
            token,
            visit,
            surface,
            trip,
            created: None,
            held: Vec::new(),
            last_event: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// Lets something happen, and gives what the page is to be told at once.
    pub(super) fn act(&mut self, app: &App, act: Act) -> Vec<String> {
        let before = self.visit.pane.clone();
        let closing = matches!(act, Act::Close { .. })
            || matches!(self.visit.pane, Pane::Connected | Pane::Over(_));
        if self.has_expired(app) && !closing {
            self.visit.fail(
                plaid_error("INVALID_LINK_TOKEN"),
                self.visit.pane.exit_status(),
                Then::Leave,
            );
        } else {
            self.visit.step(act);
        }
        if self.visit.pane == Pane::Oauth && before != Pane::Oauth {
            self.trip = Trip::new(app);
        }
        self.settle(app)
    }

    /// Does in the world what the panes have led to, and gives what the page is to be told at once.
    pub(super) fn settle(&mut self, app: &App) -> Vec<String> {
        if self.visit.pane == Pane::Connected && self.created.is_none() {
            self.connect(app);
        }
        let request_id = app.world.request_id();
        let mut messages = Vec::new();
        for event in self.visit.told() {
            let name = event.name.clone();
            let event = self.record(app, event, &request_id);
            if name == EventName::Open {
                messages.push(message("event", event));
            } else {
                self.held.push(event);
            }
        }
        if let Pane::Over(ending) = self.visit.pane.clone() {
            messages.push(self.end(app, ending, request_id));
        }
        messages
    }

    fn has_expired(&self, app: &App) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| app.clock.now() >= token.expires_at)
    }

    /// The Item comes to be, or is repaired.
    fn connect(&mut self, app: &App) {
        let (Some(token), Some(bank)) = (&self.token, &self.visit.bank) else {
            return;
        };
        let created = match &token.item {
            None => Ok(app.world.create_item(NewItem {
                institution_id: bank.id.clone(),
                user_id: token.request.user_id.clone(),
                products: token.request.products.clone(),
                webhook: token.request.webhook.clone(),
                accounts: self
                    .visit
                    .accounts
                    .iter()
                    .map(|offered| (offered.template.clone(), offered.chosen))
                    .collect(),
            })),
            Some(item_id) => {
                let chosen = self.visit.chosen_anew().then(|| {
                    let held = app
                        .world
                        .item(item_id)
                        .map(|item| item.accounts)
                        .unwrap_or_default();
                    let pairs = held.into_iter().zip(&self.visit.accounts);
                    pairs
                        .filter(|(_, offered)| offered.chosen)
                        .map(|(held, _)| held.account.account_id)
                        .collect::<Vec<_>>()
                });
                app.world.repair_item(item_id, chosen.as_deref())
            }
        };
        match created {
            Ok(created) => self.created = Some(created),
            Err(error) => self
                .visit
                .fail(error, ExitStatus::RequiresCredentials, Then::Leave),
        }
    }

    /// Stamps the event and keeps it for `/link/token/get`; gives it as the page gets it.
    fn record(&mut self, app: &App, event: Event, request_id: &RequestId) -> Value {
        // Whoever sorts by time gets the order in which things happened.
        self.last_event = app.clock.now().max(self.last_event + Duration::MILLISECOND);
        let metadata = EventMetadata {
            request_id: Some(request_id.clone()),
            link_session_id: Some(self.id.clone()),
            timestamp: Some(timestamp(self.last_event)),
            ..event.metadata
        };
        app.world
            .record_event(&self.id, event.name.clone(), metadata.clone());
        json!({ "eventName": event.name, "metadata": metadata })
    }

    fn end(&mut self, app: &App, ending: Ending, request_id: RequestId) -> String {
        let institution = self.visit.bank.as_ref().map(|bank| LinkInstitution {
            name: Some(bank.name.to_owned()),
            institution_id: Some(bank.id.clone()),
            ..LinkInstitution::default()
        });
        let events = std::mem::take(&mut self.held);
        match (ending, self.created.take()) {
            (Ending::Connected, Some(created)) => {
                let metadata = SuccessMetadata {
                    institution,
                    accounts: created.accounts,
                    link_session_id: Some(self.id.clone()),
                    ..SuccessMetadata::default()
                };
                let success = json!([created.public_token, metadata]);
                let end = SessionEnd::Success {
                    public_token: created.public_token,
                    metadata,
                };
                app.world.end_session(&self.id, end);
                message("done", json!({ "events": events, "success": success }))
            }
            (ending, _) => {
                let status = match ending {
                    Ending::Left(status) => Some(status),
                    Ending::Connected => None,
                };
                let error = self.visit.error.as_ref().map(link_error);
                let metadata = ExitMetadata {
                    institution,
                    status,
                    link_session_id: Some(self.id.clone()),
                    request_id: Some(request_id),
                    ..ExitMetadata::default()
                };
                let exit = json!([error, metadata]);
                app.world
                    .end_session(&self.id, SessionEnd::Exit { error, metadata });
                message("done", json!({ "events": events, "exit": exit }))
            }
        }
    }
}

/// A message to the page: its type, and everything else.
pub(super) fn message(kind: &str, body: impl Serialize) -> String {
    let mut body = json!(body);
    body["plaidLink"] = json!(kind);
    body.to_string()
}

/// ISO 8601 with milliseconds, as Link writes times: `2026-11-22T08:02:00.120Z`.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // Only years beyond 9999 cannot be written.
    time.format(format).unwrap_or_default()
}
