//! What the Sandbox is born with: its institutions and the accounts behind its logins.

mod accounts;
mod custom_user;
mod institutions;
mod transactions;

pub(crate) use self::{
    accounts::{AccountTemplate, account_opened_later, accounts},
    custom_user::custom_accounts,
    institutions::institutions,
    transactions::{TransactionTemplate, latest as latest_transaction, transactions},
};
