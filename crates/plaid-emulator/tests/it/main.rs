//! Tests of the emulator over HTTP.
//!
//! Every response is validated against Plaid's OpenAPI specification, if the file is available:
//! at `PLAID_OPENAPI`, or in `shared/plaid/openapi.yml` beside the workspace.

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
