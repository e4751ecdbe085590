//! A user's Items.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use connect_api::{CreateItem, Item, ItemList, RepairedItem};

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::http::extractors::{ItemPath, RateLimitedUser, StoringUser, User};
use crate::http::json::Json;
use crate::items::state::drop_past_disconnect;
use crate::items::{exchange, refresh, remove};
use crate::state::AppState;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/items", get(list).post(create))
        .route("/items/{id}", get(show).delete(disconnect))
        .route("/items/{id}/refresh", post(refresh_balances))
        .route("/items/{id}/repaired", post(repaired))
}

async fn list(State(state): State<Arc<AppState>>, User(user): User) -> Result<Json<ItemList>> {
    let as_of = state.changes.version(&user);
    let mut items = state.store.items(&user).await?;
    items.iter_mut().for_each(drop_past_disconnect);
    Ok(Json(ItemList { items, as_of }))
}

/// Answers 201 with the new Item, or 200 with the Item that the public token became before.
async fn create(
    State(state): State<Arc<AppState>>,
    user: StoringUser,
    Json(request): Json<CreateItem>,
) -> Result<(StatusCode, Json<Item>)> {
    let user = user.register(&state).await?;
    let connected = exchange::connect(state, user, request).await?;
    let status = if connected.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(connected.item)))
}

async fn show(
    State(state): State<Arc<AppState>>,
    User(user): User,
    ItemPath(id): ItemPath,
) -> Result<Json<Item>> {
    let item = state.store.item(&user, &id).await?;
    let mut item = item.ok_or(Error::NotFound)?;
    drop_past_disconnect(&mut item);
    Ok(Json(item))
}

async fn refresh_balances(
    State(state): State<Arc<AppState>>,
    RateLimitedUser(user): RateLimitedUser,
    ItemPath(id): ItemPath,
) -> Result<Json<Item>> {
    Ok(Json(refresh::refresh(&state, &user, &id).await?))
}

/// Checks an Item after update mode. Nothing is exchanged: the access token stays the same.
async fn repaired(
    State(state): State<Arc<AppState>>,
    RateLimitedUser(user): RateLimitedUser,
    ItemPath(id): ItemPath,
    Json(visit): Json<RepairedItem>,
) -> Result<Json<Item>> {
    let (selection, now) = (visit.account_selection, Timestamp::now());
    state.plaid_budget.person()?;
    let item = refresh::repaired(&state, &user, &id, selection, now).await?;
    Ok(Json(item))
}

async fn disconnect(
    State(state): State<Arc<AppState>>,
    User(user): User,
    ItemPath(id): ItemPath,
) -> Result<StatusCode> {
    remove::remove(state, user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
