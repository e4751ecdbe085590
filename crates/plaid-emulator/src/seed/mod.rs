//! What the Sandbox is born with: its institutions and the accounts behind its logins.

mod accounts;
mod institutions;

pub(crate) use self::{
    accounts::{AccountTemplate, accounts},
    institutions::institutions,
};
