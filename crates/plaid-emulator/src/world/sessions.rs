//! The operations on Link sessions.

use plaid_types::{
    LinkSessionId, LinkToken,
    link::{EventMetadata, EventName},
};

use super::{
    session::{LinkSession, SessionEnd, SessionEvent},
    state::{State, World},
};

impl World {
    /// Starts a session and returns its id.
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
        let sessions = state
            .sessions_by_token
            .entry(link_token.clone())
            .or_default();
        sessions.push(id.clone());
        id
    }

    /// Records an event of a session, with the present time, for `/link/token/get`.
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

    /// Ends a session and sends its webhooks. A session that has ended does not change.
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
            self.send_session_webhooks(url, session);
        }
    }

    /// Returns the sessions of a Link token, the oldest first.
    pub(crate) fn sessions(&self, link_token: &LinkToken) -> Vec<LinkSession> {
        let state = self.state();
        let ids = state
            .sessions_by_token
            .get(link_token)
            .into_iter()
            .flatten();
        ids.filter_map(|id| state.sessions.get(id))
            .cloned()
            .collect()
    }
}
