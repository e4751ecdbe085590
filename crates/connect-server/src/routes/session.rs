use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connect_api::Session;

use crate::auth::{UserId, sign_in, signed_in};
use crate::backend::Backend;
use crate::error::Result;
use crate::json::Json;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new().route("/session", get(show))
}

/// Who is signed in; a visitor without a session is given one.
async fn show(State(backend): State<Arc<Backend>>, headers: HeaderMap) -> Result<Response> {
    if let Some(user) = signed_in(&backend, &headers).await? {
        return Ok(session(&user).into_response());
    }
    let (user, cookie) = sign_in(&*backend.store).await?;
    Ok(([(header::SET_COOKIE, cookie)], session(&user)).into_response())
}

fn session(user: &UserId) -> Json<Session> {
    Json(Session {
        user_id: user.as_str().to_owned(),
    })
}
