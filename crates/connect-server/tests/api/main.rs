//! The backend as a browser meets it, with a Plaid that answers whatever a test wants.

mod canned_plaid;
mod connect;
mod log;
mod signer;

mod bad_input;
mod config;
mod crash;
mod disconnect;
mod duplicate;
mod events;
mod exchange;
mod items;
mod link;
mod ownerless;
mod page;
mod reconcile;
mod repair;
mod replicas;
mod secrecy;
mod session;
mod start;
mod transactions;
mod webhooks;
