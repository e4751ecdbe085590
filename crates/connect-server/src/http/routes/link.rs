//! Link tokens, and events of Link sessions.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Extension, Router};
use connect_api::{CreateLinkToken, LinkEvents, LinkTokenGrant};
use time::OffsetDateTime;

use crate::error::{Error, Result};
use crate::http::client_address::ClientAddress;
use crate::http::extractors::{StoringUser, User};
use crate::http::json::Json;
use crate::link::stored_token::store_token;
use crate::link::token;
use crate::state::AppState;

/// The most events in a request; a Link session has fewer.
const MAX_EVENTS: usize = 200;

/// The longest text of an event that is logged, in characters.
const MAX_TEXT: usize = 64;

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/link/tokens", post(create_token))
        .route("/link/events", post(log_events))
}

async fn create_token(
    State(state): State<Arc<AppState>>,
    user: StoringUser,
    Json(request): Json<CreateLinkToken>,
) -> Result<Json<LinkTokenGrant>> {
    let created = token::create_token(&state, &user.user, &request).await?;
    let left = created.expiration - OffsetDateTime::now_utc();
    let grant = LinkTokenGrant {
        link_token: created.link_token.clone(),
        expires_in_seconds: u32::try_from(left.whole_seconds()).unwrap_or_default(),
    };
    // Stored before the browser has it, so that its result is found even if no browser reports it.
    let user = user.register(&state).await?;
    store_token(&state, user, request, &created).await?;
    Ok(Json(grant))
}

/// Logs the events, for conversion figures and support. Nothing that a person typed is logged.
async fn log_events(
    State(state): State<Arc<AppState>>,
    User(user): User,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Json(report): Json<LinkEvents>,
) -> Result<StatusCode> {
    if report.events.len() > MAX_EVENTS {
        return Err(Error::Invalid("Send at most 200 events."));
    }
    let count = u32::try_from(report.events.len()).ok();
    if let Some(count) = count.and_then(NonZeroU32::new) {
        let limits = &state.rate_limits;
        let checked = limits.link_events.check_many(&user, count);
        checked.map_err(Error::RateLimited)?;
        if let Some(address) = address {
            let checked = limits.link_events_of_address.check_many(&address, count);
            checked.map_err(Error::RateLimited)?;
        }
    }
    for event in report.events {
        let metadata = event.metadata;
        tracing::info!(
            user = user.as_str(),
            event = short(event.event_name.as_str()),
            view = metadata.view_name.as_ref().map(|view| short(view.as_str())),
            link_session_id = metadata
                .link_session_id
                .as_ref()
                .map(|id| short(id.as_str())),
            plaid_request_id = metadata.request_id.as_ref().map(|id| short(id.as_str())),
            institution_id = metadata
                .institution_id
                .as_ref()
                .map(|id| short(id.as_str())),
            error_code = metadata.error_code.as_deref().map(short),
            exit_status = metadata
                .exit_status
                .as_ref()
                .map(|status| short(status.as_str())),
            timestamp = metadata.timestamp.as_deref().map(short),
            "Link event"
        );
    }
    Ok(StatusCode::NO_CONTENT)
}

fn short(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(MAX_TEXT)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}
