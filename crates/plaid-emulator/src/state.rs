//! The state that all handlers share.

use std::sync::Arc;

use crate::{
    clock::Clock, faults::Faults, link::sessions::OpenSessions, redirect::RedirectUris,
    request_log::RequestLog, webhooks::Webhooks, world::World,
};

/// The state that all handlers share. A clone refers to the same state.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) world: Arc<World>,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<Faults>,
    pub(crate) requests: Arc<RequestLog>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) sessions: Arc<OpenSessions>,
    pub(crate) config: Arc<Config>,
}

/// The settings of a running emulator.
#[derive(Debug)]
pub(crate) struct Config {
    /// The base URL, without a slash at the end.
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uris: RedirectUris,
}

impl AppState {
    pub(crate) fn new(config: Config, seed: u64) -> Self {
        let clock = Clock::default();
        let webhooks = Arc::new(Webhooks::new(clock.clone()));
        Self {
            world: Arc::new(World::new(seed, clock.clone(), Arc::clone(&webhooks))),
            clock,
            webhooks,
            faults: Arc::default(),
            requests: Arc::default(),
            sessions: Arc::default(),
            config: Arc::new(config),
        }
    }

    /// Returns to the state at the start: the same seed, real time, no faults, no Items.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.faults.reset();
        self.requests.reset();
        self.sessions.reset();
        self.world.reset();
        self.webhooks.reset();
    }
}
