//! The session of the browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connect_api::Session;

use crate::error::Result;
use crate::http::json::Json;
use crate::state::AppState;
use crate::user::UserId;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/session", get(show))
}

/// Returns who is signed in. A visitor without a session gets one.
async fn show(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response> {
    if let Some(user) = state.auth.user(&headers).await? {
        return Ok(session(&user).into_response());
    }
    let signed_in = state.auth.sign_in().await?;
    let cookie = [(header::SET_COOKIE, signed_in.cookie)];
    Ok((cookie, session(&signed_in.user)).into_response())
}

fn session(user: &UserId) -> Json<Session> {
    Json(Session {
        user_id: user.as_str().to_owned(),
    })
}
