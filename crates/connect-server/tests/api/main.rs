//! The backend as a browser sees it, on top of a stub of Plaid.

mod harness;
mod log;
mod signer;
mod stub_plaid;

mod bad_input;
mod config;
mod crash;
mod disconnect;
mod duplicate;
mod events;
mod exchange;
mod items;
mod jobs;
mod link;
mod orphans;
mod page;
mod reconcile;
mod repair;
mod replicas;
mod secrecy;
mod session;
mod start;
mod sweep;
mod transactions;
mod webhooks;
