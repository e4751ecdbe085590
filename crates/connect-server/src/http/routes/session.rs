//! The session of the browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use connect_api::Session;

use crate::auth::{Identity, Sessions};
use crate::error::{Error, Result};
use crate::http::json::Json;
use crate::state::AppState;
use crate::user::UserId;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/session", get(show).delete(sign_out))
        .route("/sessions", delete(sign_out_everywhere))
}

/// Returns who is signed in. A browser without a session gets one.
async fn show(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response> {
    match state.auth.identify(&headers).await? {
        Identity::User(user) | Identity::Visitor(user) => Ok(session(&user).into_response()),
        Identity::Unknown => {
            let new = state.auth.start_session(&headers)?;
            let cookie = [(header::SET_COOKIE, new.cookie)];
            Ok((cookie, session(&new.user)).into_response())
        }
        Identity::SignedOut => Err(Error::SignedOut),
    }
}

/// Ends the session of this browser.
async fn sign_out(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response> {
    end(&state, &headers, Sessions::This).await
}

/// Ends the user's sessions in every browser.
async fn sign_out_everywhere(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
) -> Result<Response> {
    end(&state, &headers, Sessions::All).await
}

async fn end(state: &AppState, headers: &HeaderMap, sessions: Sessions) -> Result<Response> {
    let identity = state.auth.identify(headers).await?;
    let cookie = state.auth.sign_out(headers, sessions).await?;
    if let Identity::User(user) = identity {
        state.changes.sessions_ended(&user);
    }
    let cookie = [(header::SET_COOKIE, cookie)];
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

fn session(user: &UserId) -> Json<Session> {
    Json(Session {
        user_id: user.as_str().to_owned(),
    })
}
