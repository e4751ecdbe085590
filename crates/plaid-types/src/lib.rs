#![doc = include_str!("../README.md")]

#[macro_use]
mod open_enum;
mod account;
mod error;
mod id;
mod institution;
mod item;
pub mod link;
mod transaction;
pub mod webhook;

pub use account::{Account, AccountSubtype, AccountType, Balances};
pub use error::{ErrorType, PlaidError};
pub use id::{
    AccountId, InstitutionId, ItemId, LinkSessionId, LinkToken, OauthStateId, PublicToken,
    RequestId, TransactionId,
};
pub use institution::{HealthStatus, Institution, InstitutionStatus, ProductStatus};
pub use item::Item;
pub use transaction::{PersonalFinanceCategory, Transaction};

/// The crate that reads and writes these types, and the JSON values that some of them keep.
pub use json_struct as json;
#[doc(hidden)]
pub use json_struct::serde_json;
