//! Plaid's API, one file per endpoint.

mod accounts_balance_get;
mod accounts_get;
mod endpoint;
mod field;
mod institutions_get;
mod institutions_get_by_id;
mod institutions_search;
mod item_access_token_invalidate;
mod item_get;
mod item_public_token_exchange;
mod item_remove;
mod item_webhook_update;
mod link_token_create;
mod link_token_get;
mod sandbox_item_fire_webhook;
mod sandbox_item_reset_login;
mod sandbox_public_token_create;
mod shape;
mod transactions_sync;
mod user_create;
mod user_items_get;
mod user_items_remove;
mod values;
mod webhook_verification_key_get;

use axum::{Router, routing::post};

pub(crate) use self::endpoint::failure;
use self::endpoint::{Endpoint, not_found};
use crate::state::AppState;

const ENDPOINTS: &[&Endpoint] = &[
    &accounts_balance_get::ENDPOINT,
    &accounts_get::ENDPOINT,
    &institutions_get::ENDPOINT,
    &institutions_get_by_id::ENDPOINT,
    &institutions_search::ENDPOINT,
    &item_access_token_invalidate::ENDPOINT,
    &item_get::ENDPOINT,
    &item_public_token_exchange::ENDPOINT,
    &item_remove::ENDPOINT,
    &item_webhook_update::ENDPOINT,
    &link_token_create::ENDPOINT,
    &link_token_get::ENDPOINT,
    &sandbox_item_fire_webhook::ENDPOINT,
    &sandbox_item_reset_login::ENDPOINT,
    &sandbox_public_token_create::ENDPOINT,
    &transactions_sync::ENDPOINT,
    &user_create::ENDPOINT,
    &user_items_get::ENDPOINT,
    &user_items_remove::ENDPOINT,
    &webhook_verification_key_get::ENDPOINT,
];

pub(crate) fn router() -> Router<AppState> {
    ENDPOINTS
        .iter()
        .fold(Router::new(), |router, &endpoint| {
            router.route(
                endpoint.path,
                post(move |app, headers, body| async move { endpoint.serve(app, &headers, body) })
                    .fallback(not_found),
            )
        })
        .fallback(not_found)
}
