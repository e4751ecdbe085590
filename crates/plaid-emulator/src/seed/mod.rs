//! What the Sandbox is born with: its institutions and the accounts behind its logins.

mod accounts;
mod custom_user;
mod institutions;
mod login;

pub(crate) use self::{
    accounts::{AccountTemplate, accounts},
    institutions::institutions,
    login::log_in,
};
