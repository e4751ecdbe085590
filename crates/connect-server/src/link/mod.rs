//! Link tokens: how they are created, and what becomes of them.

pub(crate) mod orphans;
pub(crate) mod plaid_user;
pub(crate) mod reconcile;
pub(crate) mod stored_token;
pub(crate) mod token;
