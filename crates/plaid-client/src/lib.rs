#![doc = include_str!("../README.md")]

mod accounts;
mod client;
mod environment;
mod error;
mod institutions;
mod item;
mod link;
mod list;
mod sandbox;
mod secret;
mod transactions;
mod user;
mod webhook;

pub use accounts::Accounts;
pub use client::{Call, PlaidClient, PlaidClientBuilder};
pub use environment::{Environment, UnknownEnvironment};
pub use error::Error;
pub use institutions::Institutions;
pub use item::{Exchanged, ItemState};
pub use link::{
    CreateLinkToken, CreatedLinkToken, InstitutionData, ItemAddResult, LinkSession,
    LinkSessionResults, LinkTokenState, LinkUser, UpdateMode,
};
pub use sandbox::CreateSandboxPublicToken;
pub use secret::{AccessToken, Secret};
pub use transactions::{RemovedTransaction, TransactionChanges};
pub use user::{CreatedUser, UserItems};
pub use webhook::{
    KeyStore, Precheck, WEBHOOK_SIGNATURE, WebhookError, WebhookKey, WebhookVerifier,
};
