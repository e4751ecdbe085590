//! What every handler shares, and the router over it.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::{
    clock::Clock,
    controls,
    faults::Faults,
    link,
    redirect::RedirectUris,
    requests::{self, Requests},
    routes,
    webhooks::Webhooks,
    world::World,
};

/// What every handler shares; a clone is the same emulator.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) world: Arc<World>,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<Faults>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) visits: Arc<link::Visits>,
    pub(crate) config: Arc<Config>,
}

/// What is decided before the first request.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where the emulator is reached, without a slash at the end.
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uris: RedirectUris,
}

impl App {
    pub(crate) fn new(config: Config, seed: u64) -> Self {
        let clock = Clock::default();
        let webhooks = Arc::new(Webhooks::new(clock.clone()));
        Self {
            world: Arc::new(World::new(seed, clock.clone(), Arc::clone(&webhooks))),
            clock,
            webhooks,
            faults: Arc::default(),
            requests: Arc::default(),
            visits: Arc::default(),
            config: Arc::new(config),
        }
    }

    /// As it was at the start: the same seed, real time, no faults, no Items.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.faults.reset();
        self.requests.reset();
        self.visits.reset();
        self.world.reset();
        self.webhooks.reset();
    }

    /// What goes on between requests, for as long as this is polled.
    pub(crate) async fn live(self) {
        tokio::join!(self.world.pass_time(), Arc::clone(&self.webhooks).deliver());
    }

    pub(crate) fn router(self) -> Router {
        Router::new()
            .merge(routes::router())
            .merge(link::router())
            .merge(controls::router())
            .layer(middleware::from_fn_with_state(
                self.clone(),
                requests::observe,
            ))
            .with_state(self)
    }
}
