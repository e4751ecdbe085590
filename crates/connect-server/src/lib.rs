#![doc = include_str!("../README.md")]

mod auth;
mod changes;
mod cleanup;
mod clock;
mod commands;
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
mod vault_keys;
mod webhooks;

pub use clock::Timestamp;
pub use commands::{BackupError, CommandError, VaultCommandError, backup, restore, run_command};
pub use config::{Args, Config, ConfigError, LinkConfig, PlaidConfig, Storage};
pub use error::{Error, chain};
pub use http::assets::AssetsError;
pub use server::{Backend, Server, StartError};
pub use store::Digest;
pub use user::UserId;
pub use vault_keys::adopt::AdoptError;
