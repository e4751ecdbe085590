//! Transactions: how they are fetched and kept.

pub(crate) mod schedule;
pub(crate) mod sync;
