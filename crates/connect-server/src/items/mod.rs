//! Items: how they are connected, refreshed, repaired and removed.

pub(crate) mod access_token;
pub(crate) mod duplicate;
pub(crate) mod edit;
pub(crate) mod exchange;
pub(crate) mod in_flight;
pub(crate) mod institutions;
pub(crate) mod lost;
mod merge;
pub(crate) mod new;
pub(crate) mod refresh;
pub(crate) mod remove;
pub(crate) mod resume;
pub(crate) mod state;
pub(crate) mod sweep;
