//! What the Sandbox is born with: its institutions and the accounts behind its logins.

mod accounts;
mod custom_user;
mod institutions;
mod login;
mod transactions;

pub(crate) use self::{
    accounts::{AccountTemplate, account_opened_later, accounts},
    institutions::institutions,
    login::log_in,
    transactions::{TransactionTemplate, latest as latest_transaction, transactions},
};
