//! The bank world: institutions, Link tokens, Items and Link sessions, in memory and deterministic from a seed.

mod id;
mod institution;
mod item;
mod link_token;
mod session;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use plaid_types::{ItemId, LinkSessionId, LinkToken, PublicToken, RequestId};

use self::{
    id::{Ids, RequestIds},
    item::PublicTokenRecord,
};
pub(crate) use self::{
    institution::{Filter, Health, Institutions, SandboxInstitution},
    item::{BankAccount, CreatedItem, Item, NewItem},
    link_token::{LinkTokenRecord, LinkTokenRequest},
    session::{LinkSession, SessionEnd, SessionEvent},
};
use crate::clock::Clock;

/// Everything that the emulated Plaid knows.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    clock: Clock,
    request_ids: RequestIds,
    institutions: Institutions,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ids: Ids,
    link_tokens: HashMap<LinkToken, std::sync::Arc<LinkTokenRecord>>,
    sessions: HashMap<LinkSessionId, LinkSession>,
    public_tokens: HashMap<PublicToken, PublicTokenRecord>,
    items: HashMap<ItemId, Item>,
    /// Which Item an access token opens.
    access: HashMap<String, ItemId>,
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            link_tokens: HashMap::new(),
            sessions: HashMap::new(),
            public_tokens: HashMap::new(),
            items: HashMap::new(),
            access: HashMap::new(),
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64, clock: Clock) -> Self {
        Self {
            seed,
            clock,
            request_ids: RequestIds::new(seed),
            institutions: Institutions::sandbox(),
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
