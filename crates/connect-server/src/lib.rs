#![doc = include_str!("../README.md")]

mod auth;
mod backup;
mod changes;
mod cleanup;
mod clock;
mod config;
mod error;
mod http;
mod items;
mod job;
mod keyed_lock;
mod link;
mod metrics;
mod plaid_budget;
mod server;
mod state;
pub mod store;
mod transactions;
mod user;
mod webhooks;

pub use backup::{BackupError, backup, restore};
pub use clock::Timestamp;
pub use config::{Args, Config, ConfigError, LinkConfig, PlaidConfig, Storage, Task};
pub use error::{Error, chain};
pub use http::assets::AssetsError;
pub use server::{Backend, Server, StartError};
pub use store::Digest;
pub use user::UserId;
