//! The bank world: institutions, Link tokens, Items and Link sessions, in memory and deterministic from a seed.

mod fired;
mod id;
mod institution;
mod item;
mod ledger;
mod link_token;
mod notice;
mod session;
mod timeline;
mod token;
mod transactions;
mod user;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use plaid_types::{ItemId, LinkSessionId, LinkToken, PublicToken, RequestId};
use tokio::sync::Notify;

use self::{
    id::{Ids, RequestIds},
    ledger::Ledger,
    link_token::LinkTokens,
    timeline::Timeline,
    token::PublicTokenRecord,
};
pub(crate) use self::{
    institution::{Filter, Health, Institutions, SandboxInstitution},
    item::{BankAccount, CreatedItem, Item, NewItem},
    ledger::{Change, Transaction, Update},
    link_token::{AccountSelect, LinkTokenRecord, LinkTokenRequest},
    session::{LinkSession, SessionEnd, SessionEvent},
};
use crate::{clock::Clock, webhooks::Webhooks};

/// Everything that the emulated Plaid knows.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    clock: Clock,
    request_ids: RequestIds,
    institutions: Institutions,
    webhooks: Arc<Webhooks>,
    /// Rung when something new is to come by itself.
    replanned: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ids: Ids,
    link_tokens: LinkTokens,
    /// The host's users, by the host's own names for them.
    users: HashMap<String, String>,
    sessions: HashMap<LinkSessionId, LinkSession>,
    /// Which visits a Link token opened, the oldest first.
    visits: HashMap<LinkToken, Vec<LinkSessionId>>,
    public_tokens: HashMap<PublicToken, PublicTokenRecord>,
    /// Whether a public token that was exchanged answers again.
    answer_again: bool,
    items: HashMap<ItemId, Item>,
    /// The transactions of the Items that have them.
    ledgers: HashMap<ItemId, Ledger>,
    /// Which Item an access token opens.
    access: HashMap<String, ItemId>,
    timeline: Timeline,
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            link_tokens: LinkTokens::default(),
            users: HashMap::new(),
            sessions: HashMap::new(),
            visits: HashMap::new(),
            public_tokens: HashMap::new(),
            answer_again: false,
            items: HashMap::new(),
            ledgers: HashMap::new(),
            access: HashMap::new(),
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
            replanned: Notify::new(),
            state: Mutex::new(State::new(seed)),
        }
    }

    /// Forgets everything and starts again from the seed.
    pub(crate) fn reset(&self) {
        self.request_ids.reset();
        *self.state() = State::new(self.seed);
    }

    pub(crate) fn institutions(&self) -> &Institutions {
        &self.institutions
    }

    /// A fresh id for an answer.
    pub(crate) fn request_id(&self) -> RequestId {
        self.request_ids.next()
    }

    /// A fresh uuid, for what is not kept here.
    pub(crate) fn uuid(&self) -> String {
        self.state().ids.uuid()
    }

    /// The state as it is now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut state);
        state
    }
}
