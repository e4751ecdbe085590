//! A user's transactions.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_api::{Transaction, TransactionPage};
use plaid_types::{AccountId, ItemId, TransactionId};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::http::extractors::User;
use crate::http::json::Json;
use crate::state::AppState;
use crate::store::TransactionFilter;

/// How many transactions a page has by default.
const DEFAULT_LIMIT: usize = 50;

/// How many transactions a page has at most.
const MAX_LIMIT: usize = 100;

/// The length of a date such as `2026-11-22`.
const DATE_LENGTH: usize = 10;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/transactions", get(list))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    item_id: Option<ItemId>,
    account_id: Option<AccountId>,
    before: Option<String>,
    limit: Option<usize>,
}

/// Returns a page of the user's transactions, newest first. The page of another user's Item is empty.
async fn list(
    State(state): State<Arc<AppState>>,
    User(user): User,
    parameters: std::result::Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<TransactionPage>> {
    let Query(parameters) = parameters.map_err(|_| {
        Error::Invalid(
            "The query accepts `item_id`, `account_id`, `before` and `limit`, each once.",
        )
    })?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::Invalid("`limit` must be 1 to 100."));
    }
    let filter = TransactionFilter {
        item: parameters.item_id,
        account: parameters.account_id,
        before: parameters.before.as_deref().map(position).transpose()?,
    };
    let store = &state.store;
    let mut transactions = store.transactions(&user, &filter, limit + 1).await?;
    let before = if transactions.len() > limit {
        transactions.truncate(limit);
        transactions.last().map(cursor)
    } else {
        None
    };
    Ok(Json(TransactionPage {
        transactions,
        before,
    }))
}

/// Returns the cursor of the page after a transaction.
fn cursor(transaction: &Transaction) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}{}", transaction.date, transaction.id))
}

/// Returns the date and id that a cursor holds.
fn position(cursor: &str) -> Result<(String, TransactionId)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let position = text
        .as_deref()
        .and_then(|text| text.split_at_checked(DATE_LENGTH));
    position
        .map(|(date, id)| (date.to_owned(), TransactionId::new(id)))
        .ok_or(Error::Invalid(
            "`before` must be the value that the previous page returned.",
        ))
}
