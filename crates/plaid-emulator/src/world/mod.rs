//! The emulated Plaid's data: institutions, Link tokens, Items and Link sessions, in memory and deterministic from a seed.
//!
//! `state` holds the data. Files with a plural name, such as `items`, add the operations on it.

mod fired_webhooks;
mod id;
mod institutions;
mod item;
mod items;
mod ledger;
mod link_token;
mod link_tokens;
mod notifications;
mod public_token;
mod scheduled_events;
mod session;
mod sessions;
mod state;
mod timeline;
mod tokens;
mod transactions;
mod users;

pub(crate) use self::{
    institutions::{Filter, Institutions},
    item::{BankAccount, CreatedItem, Item, NewItem},
    ledger::{Change, Transaction, Update},
    link_token::{AccountSelect, LinkTokenRecord, LinkTokenRequest},
    session::{LinkSession, SessionEnd, SessionEvent},
    state::World,
};
