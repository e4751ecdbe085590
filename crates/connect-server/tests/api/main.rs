//! The backend as a browser sees it, on top of a stub of Plaid.

mod harness;
mod log;
mod signer;
mod stub_plaid;

mod backup;
mod bad_input;
mod config;
mod crash;
mod disconnect;
mod disk;
mod duplicate;
mod events;
mod exchange;
mod items;
mod jobs;
mod link;
mod orphans;
mod page;
mod ready;
mod reconcile;
mod repair;
mod replicas;
mod secrecy;
mod session;
mod start;
mod transactions;
mod webhooks;
