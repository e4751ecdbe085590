//! A Link session: a visit with its ids, its Link token, and the messages to the page.

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
    pane::{AfterFailure, Ending, Pane},
    step::{Action, BankPage},
    surface::Surface,
    visit::Visit,
};
use crate::{
    error::plaid_error,
    world::{CreatedItem, LinkTokenRecord, NewItem, SessionEnd, World},
};

/// A Link session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: LinkSessionId,
    /// `None` if there is no such Link token.
    pub(super) token: Option<Arc<LinkTokenRecord>>,
    pub(super) visit: Visit,
    pub(super) surface: Surface,
    pub(super) oauth: OauthFlow,
    created: Option<CreatedItem>,
    /// The events that the page gets at the end.
    pending_events: Vec<Value>,
    last_event: OffsetDateTime,
}

/// A redirect to the bank's own page, with the user's answer there.
#[derive(Debug)]
pub(super) struct OauthFlow {
    /// The `oauth_state_id`.
    pub(super) state_id: String,
    pub(super) answer: Option<BankPage>,
}

impl OauthFlow {
    fn new(world: &World) -> Self {
        Self {
            state_id: world.uuid(),
            answer: None,
        }
    }
}

impl Session {
    pub(super) fn new(
        world: &World,
        token: Option<Arc<LinkTokenRecord>>,
        visit: Visit,
        surface: Surface,
    ) -> Self {
        let id = match &token {
            Some(token) => world.start_session(&token.link_token),
            None => LinkSessionId::new(world.uuid()),
        };
        let oauth = OauthFlow::new(world);
        Self {
            id,
            token,
            visit,
            surface,
            oauth,
            created: None,
            pending_events: Vec::new(),
            last_event: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// Applies an action and returns the messages to the page.
    pub(super) fn apply(&mut self, world: &World, action: Action) -> Vec<String> {
        let before = self.visit.pane.clone();
        let closing = matches!(action, Action::Close { .. })
            || matches!(self.visit.pane, Pane::Connected | Pane::Over(_));
        if self.has_expired(world) && !closing {
            self.visit.fail(
                plaid_error("INVALID_LINK_TOKEN"),
                self.visit.pane.exit_status(),
                AfterFailure::Leave,
            );
        } else {
            self.visit.step(action);
        }
        if self.visit.pane == Pane::Oauth && before != Pane::Oauth {
            self.oauth = OauthFlow::new(world);
        }
        self.settle(world)
    }

    /// Carries out the result of the panes in the world, and returns the messages to the page.
    pub(super) fn settle(&mut self, world: &World) -> Vec<String> {
        if self.visit.pane == Pane::Connected && self.created.is_none() {
            self.connect(world);
        }
        let request_id = world.request_id();
        let mut messages = Vec::new();
        for event in self.visit.take_events() {
            let name = event.name.clone();
            let event = self.record(world, event, &request_id);
            if name == EventName::Open {
                messages.push(message("event", event));
            } else {
                self.pending_events.push(event);
            }
        }
        if let Pane::Over(ending) = self.visit.pane.clone() {
            messages.push(self.end(world, ending, request_id));
        }
        messages
    }

    fn has_expired(&self, world: &World) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| world.now() >= token.expires_at)
    }

    /// Creates or repairs the Item.
    fn connect(&mut self, world: &World) {
        let (Some(token), Some(bank)) = (&self.token, self.visit.bank) else {
            return;
        };
        let created = match &token.item {
            None => Ok(world.create_item(NewItem {
                institution_id: bank.institution_id(),
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
                let chosen = self.visit.selects_accounts().then(|| {
                    let accounts = world
                        .item(item_id)
                        .map(|item| item.accounts)
                        .unwrap_or_default();
                    let pairs = accounts.into_iter().zip(&self.visit.accounts);
                    pairs
                        .filter(|(_, offered)| offered.chosen)
                        .map(|(account, _)| account.account.account_id)
                        .collect::<Vec<_>>()
                });
                world.repair_item(item_id, chosen.as_deref())
            }
        };
        match created {
            Ok(created) => self.created = Some(created),
            Err(error) => {
                self.visit
                    .fail(error, ExitStatus::RequiresCredentials, AfterFailure::Leave)
            }
        }
    }

    /// Adds ids and a time to the event, records it for `/link/token/get`, and returns its JSON for the page.
    fn record(&mut self, world: &World, event: Event, request_id: &RequestId) -> Value {
        // The times are distinct, so that sorting by time keeps the order.
        self.last_event = world.now().max(self.last_event + Duration::MILLISECOND);
        let metadata = EventMetadata {
            request_id: Some(request_id.clone()),
            link_session_id: Some(self.id.clone()),
            timestamp: Some(timestamp(self.last_event)),
            ..event.metadata
        };
        world.record_event(&self.id, event.name.clone(), metadata.clone());
        json!({ "eventName": event.name, "metadata": metadata })
    }

    fn end(&mut self, world: &World, ending: Ending, request_id: RequestId) -> String {
        let institution = self.visit.bank.map(|bank| LinkInstitution {
            name: Some(bank.name.to_owned()),
            institution_id: Some(bank.institution_id()),
            ..LinkInstitution::default()
        });
        let events = std::mem::take(&mut self.pending_events);
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
                world.end_session(&self.id, end);
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
                world.end_session(&self.id, SessionEnd::Exit { error, metadata });
                message("done", json!({ "events": events, "exit": exit }))
            }
        }
    }
}

/// Creates a message to the page.
pub(super) fn message(kind: &str, body: impl Serialize) -> String {
    let mut body = json!(body);
    body["plaidLink"] = json!(kind);
    body.to_string()
}

/// Formats a time in milliseconds, as Link does: `2026-11-22T08:02:00.120Z`.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // Only years after 9999 cannot be formatted.
    time.format(format).unwrap_or_default()
}
