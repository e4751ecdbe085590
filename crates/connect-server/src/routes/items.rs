use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use connect_api::{ChangeKind, CreateItem, Item, ItemList, RepairedItem};
use plaid_types::ItemId;
use tracing::Instrument;

use crate::auth::{User, UserId};
use crate::backend::Backend;
use crate::clock::iso_now;
use crate::end::end;
use crate::error::{Error, Result};
use crate::exchange;
use crate::item_edit::ItemEdit;
use crate::json::Json;
use crate::rate_limit::Asking;
use crate::refresh;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new()
        .route("/items", get(list).post(create))
        .route("/items/{id}", get(show).delete(remove))
        .route("/items/{id}/refresh", post(refresh_balances))
        .route("/items/{id}/repaired", post(repaired))
}

async fn list(State(backend): State<Arc<Backend>>, User(user): User) -> Result<Json<ItemList>> {
    let as_of = backend.changes.count();
    let mut items = backend.store.items(&user).await?;
    items.iter_mut().for_each(refresh::drop_past_end);
    Ok(Json(ItemList { items, as_of }))
}

/// 201 with the new Item, or 200 with the one that the public token became before.
async fn create(
    State(backend): State<Arc<Backend>>,
    Asking(user): Asking,
    Json(request): Json<CreateItem>,
) -> Result<(StatusCode, Json<Item>)> {
    let connected = exchange::connect(backend, user, request).await?;
    let status = if connected.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(connected.item)))
}

async fn show(
    State(backend): State<Arc<Backend>>,
    User(user): User,
    Id(id): Id,
) -> Result<Json<Item>> {
    let item = backend.store.item(&user, &id).await?;
    let mut item = item.ok_or(Error::NotFound)?;
    refresh::drop_past_end(&mut item);
    Ok(Json(item))
}

async fn refresh_balances(
    State(backend): State<Arc<Backend>>,
    Asking(user): Asking,
    Id(id): Id,
) -> Result<Json<Item>> {
    Ok(Json(refresh::refresh(&backend, &user, &id).await?))
}

/// After update mode. Nothing is exchanged: the access token stays as it is.
async fn repaired(
    State(backend): State<Arc<Backend>>,
    Asking(user): Asking,
    Id(id): Id,
    Json(visit): Json<RepairedItem>,
) -> Result<Json<Item>> {
    let (chosen, now) = (visit.account_selection, iso_now());
    Ok(Json(
        refresh::repaired(&backend, &user, &id, chosen, &now).await?,
    ))
}

/// Ends the Item at Plaid first: a token that is erased too early could never end it.
async fn remove(
    State(backend): State<Arc<Backend>>,
    User(user): User,
    Id(id): Id,
) -> Result<StatusCode> {
    let tasks = backend.tasks.clone();
    let work = async move { remove_everywhere(&backend, &user, &id).await };
    tasks
        .spawn(work.in_current_span())
        .await
        .map_err(|_| Error::Panicked)??;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_everywhere(backend: &Backend, user: &UserId, id: &ItemId) -> Result<()> {
    let edit = ItemEdit::begin(backend, user, id).await?;
    if let Some(token) = refresh::access_token(backend, user, id).await? {
        end(backend, &token, id).await?;
    }
    backend.store.remove_item(user, id).await?;
    drop(edit);
    tracing::info!(item_id = %id, "disconnected");
    backend.changes.tell(user, id, ChangeKind::Disconnected);
    Ok(())
}

/// The Item that the path names; a name that cannot be one is of nothing that exists.
struct Id(ItemId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(id): Path<String> = Path::from_request_parts(parts, state).await?;
        Ok(Self(ItemId::new(id)))
    }
}
