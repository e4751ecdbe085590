//! Transactions: how they are fetched and kept.

mod refusal;
pub(crate) mod schedule;
pub(crate) mod sync;
