//! The open Link sessions.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use plaid_types::{LinkSessionId, LinkToken};

use super::session::Session;

/// The open Link sessions, behind a lock.
#[derive(Debug, Default)]
pub(crate) struct OpenSessions(Mutex<SessionTable>);

#[derive(Debug, Default)]
pub(super) struct SessionTable {
    pub(super) sessions: HashMap<LinkSessionId, Session>,
    /// By `oauth_state_id`. Used ones are kept, to tell them from unknown ones.
    pub(super) oauth_flows: HashMap<String, OauthRecord>,
}

/// The start of an OAuth flow: the session that opened the bank's own page.
#[derive(Clone, Debug)]
pub(super) struct OauthRecord {
    pub(super) session: LinkSessionId,
    pub(super) link_token: LinkToken,
    /// Whether the bank has redirected back already.
    pub(super) used: bool,
}

impl OpenSessions {
    /// Closes all sessions.
    pub(crate) fn reset(&self) {
        *self.lock() = SessionTable::default();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, SessionTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionTable {
    /// Records the OAuth flow of a session that shows the link to the bank's page.
    pub(super) fn record_oauth_flow(&mut self, id: &LinkSessionId) {
        let Some((session, token)) = self
            .sessions
            .get(id)
            .and_then(|session| session.token.as_ref().map(|token| (session, token)))
        else {
            return;
        };
        let record = OauthRecord {
            session: id.clone(),
            link_token: token.link_token.clone(),
            used: false,
        };
        self.oauth_flows
            .entry(session.oauth.state_id.clone())
            .or_insert(record);
    }

    /// Returns the session whose bank page is open with this `oauth_state_id`.
    pub(super) fn at_bank(&mut self, state_id: &str) -> Option<&mut Session> {
        let record = self
            .oauth_flows
            .get(state_id)
            .filter(|record| !record.used)?;
        self.sessions
            .get_mut(&record.session)
            .filter(|session| session.oauth.state_id == state_id)
    }
}
