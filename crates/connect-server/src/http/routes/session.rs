//! The session of the browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use connect_api::Session;

use crate::auth::{Identity, Sessions};
use crate::error::Result;
use crate::http::extractors::User;
use crate::http::json::Json;
use crate::state::AppState;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/session", get(show).delete(sign_out))
        .route("/sessions", delete(sign_out_everywhere))
}

/// Returns who is signed in. The page has started the session: a browser that sends none has refused its cookie.
async fn show(User(user): User) -> Json<Session> {
    Json(Session {
        user_id: user.as_str().to_owned(),
    })
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
