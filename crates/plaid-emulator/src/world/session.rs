//! Link sessions: each visit to Link, its events and how it ended.

use plaid_types::{
    LinkSessionId, LinkToken, PublicToken,
    link::{EventMetadata, EventName, ExitMetadata, LinkError, SuccessMetadata},
};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{State, World};
use crate::clock::iso;

/// One visit to Link.
#[derive(Clone, Debug)]
pub(crate) struct LinkSession {
    pub(crate) id: LinkSessionId,
    pub(crate) link_token: LinkToken,
    pub(crate) started_at: OffsetDateTime,
    pub(crate) finished_at: Option<OffsetDateTime>,
    pub(crate) events: Vec<SessionEvent>,
    pub(crate) end: Option<SessionEnd>,
}

/// Something that happened in a visit.
#[derive(Clone, Debug)]
pub(crate) struct SessionEvent {
    pub(crate) id: String,
    pub(crate) name: EventName,
    pub(crate) at: OffsetDateTime,
    pub(crate) metadata: EventMetadata,
}

/// How a visit ended.
#[derive(Clone, Debug)]
pub(crate) enum SessionEnd {
    Success {
        public_token: PublicToken,
        metadata: SuccessMetadata,
    },
    Exit {
        error: Option<LinkError>,
        metadata: ExitMetadata,
    },
}

impl SessionEvent {
    /// The event as `/link/token/get` and the webhook `EVENTS` show it.
    pub(crate) fn shown(&self) -> Value {
        let mut metadata = match json!(self.metadata) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        // What is not known is left out; these two stand beside the metadata.
        metadata.retain(|name, value| {
            !value.is_null() && name != "timestamp" && name != "link_session_id"
        });
        json!({
            "event_id": self.id,
            "event_name": self.name,
            "timestamp": iso(self.at),
            "event_metadata": metadata,
        })
    }
}

impl World {
    /// A visit begins.
    pub(crate) fn start_session(&self, link_token: &LinkToken) -> LinkSessionId {
        let started_at = self.clock.now();
        let mut state = self.state();
        let id = LinkSessionId::new(state.ids.uuid());
        let session = LinkSession {
            id: id.clone(),
            link_token: link_token.clone(),
            started_at,
            finished_at: None,
            events: Vec::new(),
            end: None,
        };
        state.sessions.insert(id.clone(), session);
        let visits = state.visits.entry(link_token.clone()).or_default();
        visits.push(id.clone());
        id
    }

    /// Keeps an event of a visit for `/link/token/get`; the time is now.
    pub(crate) fn record_event(
        &self,
        id: &LinkSessionId,
        name: EventName,
        metadata: EventMetadata,
    ) {
        let at = self.clock.now();
        let mut state = self.state();
        let event = SessionEvent {
            id: state.ids.uuid(),
            name,
            at,
            metadata,
        };
        if let Some(session) = state.sessions.get_mut(id) {
            session.events.push(event);
        }
    }

    /// A visit ends; what comes later changes nothing.
    pub(crate) fn end_session(&self, id: &LinkSessionId, end: SessionEnd) {
        let now = self.clock.now();
        let mut state = self.state();
        let State {
            sessions,
            link_tokens,
            ..
        } = &mut *state;
        let Some(session) = sessions.get_mut(id).filter(|session| session.end.is_none()) else {
            return;
        };
        session.finished_at = Some(now);
        session.end = Some(end);
        let token = link_tokens.get(&session.link_token);
        if let Some(url) = token.and_then(|token| token.request.webhook.as_ref()) {
            self.tell_of_visit(url, session);
        }
    }

    /// The visits that a Link token opened, the oldest first.
    pub(crate) fn sessions(&self, link_token: &LinkToken) -> Vec<LinkSession> {
        let state = self.state();
        let ids = state.visits.get(link_token).into_iter().flatten();
        ids.filter_map(|id| state.sessions.get(id))
            .cloned()
            .collect()
    }
}
