//! The emulator as its callers meet it: over HTTP.
//!
//! Every answer that these tests get is held against Plaid's own OpenAPI specification where that is at hand:
//! at `PLAID_OPENAPI`, or beside the workspace in `shared/plaid/openapi.yml`.

mod client;
mod controls;
mod fields;
mod institutions;
mod items;
mod link_oauth;
mod link_panes;
mod link_tokens;
mod openapi;
mod receiver;
mod sessions;
mod spec;
mod start;
mod transactions;
mod users;
mod visitor;
mod webhooks;
