//! The state that all operations share, behind one lock.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use plaid_types::{ItemId, LinkSessionId, LinkToken, PublicToken, RequestId};
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::{
    id::{Ids, RequestIds},
    institutions::Institutions,
    item::Item,
    ledger::Ledger,
    link_token::LinkTokens,
    public_token::PublicTokenRecord,
    session::LinkSession,
    timeline::Timeline,
};
use crate::{clock::Clock, webhooks::Webhooks};

/// All data of the emulated Plaid.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    pub(super) clock: Clock,
    request_ids: RequestIds,
    pub(super) institutions: Institutions,
    pub(super) webhooks: Arc<Webhooks>,
    /// Notified when an event was scheduled.
    pub(super) schedule_changed: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) link_tokens: LinkTokens,
    /// Plaid's id of each user, by the host's `client_user_id`.
    pub(super) users: HashMap<String, String>,
    pub(super) sessions: HashMap<LinkSessionId, LinkSession>,
    /// The ids of each Link token's sessions, the oldest first.
    pub(super) sessions_by_token: HashMap<LinkToken, Vec<LinkSessionId>>,
    pub(super) public_tokens: HashMap<PublicToken, PublicTokenRecord>,
    /// Whether a public token can be exchanged more than once.
    pub(super) answer_again: bool,
    pub(super) items: HashMap<ItemId, Item>,
    /// The transactions of the Items that use the product.
    pub(super) ledgers: HashMap<ItemId, Ledger>,
    /// The Item of each access token.
    pub(super) access_tokens: HashMap<String, ItemId>,
    pub(super) timeline: Timeline,
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            link_tokens: LinkTokens::default(),
            users: HashMap::new(),
            sessions: HashMap::new(),
            sessions_by_token: HashMap::new(),
            public_tokens: HashMap::new(),
            answer_again: false,
            items: HashMap::new(),
            ledgers: HashMap::new(),
            access_tokens: HashMap::new(),
            timeline: Timeline::default(),
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64, clock: Clock, webhooks: Arc<Webhooks>) -> Self {
        Self {
            seed,
            clock,
            request_ids: RequestIds::new(seed),
            institutions: Institutions::sandbox(),
            webhooks,
            schedule_changed: Notify::new(),
            state: Mutex::new(State::new(seed)),
        }
    }

    /// Deletes all data and restarts the ids from the seed.
    pub(crate) fn reset(&self) {
        self.request_ids.reset();
        *self.state() = State::new(self.seed);
    }

    /// The current time of the emulator's clock.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub(crate) fn institutions(&self) -> &Institutions {
        &self.institutions
    }

    /// Creates the request id of a response.
    pub(crate) fn request_id(&self) -> RequestId {
        self.request_ids.next()
    }

    /// Creates a UUID.
    pub(crate) fn uuid(&self) -> String {
        self.state().ids.uuid()
    }

    /// Locks the state and carries out the events that are due.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut state);
        state
    }
}
