//! Webhooks: stored before they are acknowledged, and applied afterwards, in any order and however often they arrive.
//!
//! A webhook is a hint. Plaid is asked for the state that it hints at, so that a copy or an old webhook does no harm.

pub(crate) mod apply;
pub(crate) mod bodies;
pub(crate) mod inbox;
pub(crate) mod item;
pub(crate) mod keys;
pub(crate) mod verify;
