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

use crate::auth::User;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::store::TransactionFilter;

/// How many are on a page unless the request says otherwise, and at most.
const LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;

/// How long a date is, as `2026-11-22`.
const DATE: usize = 10;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new().route("/transactions", get(list))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    item_id: Option<ItemId>,
    account_id: Option<AccountId>,
    before: Option<String>,
    limit: Option<usize>,
}

/// A page of the user's transactions, newest first; one of another user's Item is as empty as one of none.
async fn list(
    State(backend): State<Arc<Backend>>,
    User(user): User,
    wish: std::result::Result<Query<Wish>, QueryRejection>,
) -> Result<Json<TransactionPage>> {
    let Query(wish) = wish.map_err(|_| {
        Error::Invalid("The query takes `item_id`, `account_id`, `before` and `limit`, each once.")
    })?;
    let limit = wish.limit.unwrap_or(LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::Invalid("`limit` is 1 to 100."));
    }
    let filter = TransactionFilter {
        item: wish.item_id,
        account: wish.account_id,
        before: wish.before.as_deref().map(place).transpose()?,
    };
    let store = &backend.store;
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

/// The place of a transaction in the order of the list.
fn cursor(transaction: &Transaction) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}{}", transaction.date, transaction.id))
}

fn place(cursor: &str) -> Result<(String, TransactionId)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|text| text.split_at_checked(DATE));
    place
        .map(|(date, id)| (date.to_owned(), TransactionId::new(id)))
        .ok_or(Error::Invalid("`before` is what the page before answered."))
}
