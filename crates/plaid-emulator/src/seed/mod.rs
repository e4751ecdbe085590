//! The fixed data of the Sandbox: institutions, and the accounts and transactions of its logins.

mod accounts;
mod custom_user;
mod institution;
mod institutions;
mod transactions;

pub(crate) use self::{
    accounts::{AccountTemplate, accounts, new_account},
    custom_user::custom_accounts,
    institution::{Health, SandboxInstitution},
    institutions::INSTITUTIONS,
    transactions::{TransactionTemplate, latest as latest_transaction, transactions},
};
