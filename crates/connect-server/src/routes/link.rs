use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use connect_api::{CreateLinkToken, LinkEvents, LinkTokenGrant};
use plaid_client::CreatedLinkToken;
use time::OffsetDateTime;

use crate::auth::User;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::link_token;
use crate::rate_limit::Asking;
use crate::reconcile::remember;

/// No visit to Link makes more.
const MAX_EVENTS: usize = 200;

/// The longest name of an event that is logged.
const MAX_NAME: usize = 64;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new()
        .route("/link/tokens", post(create_token))
        .route("/link/events", post(log_events))
}

async fn create_token(
    State(backend): State<Arc<Backend>>,
    Asking(user): Asking,
    Json(request): Json<CreateLinkToken>,
) -> Result<Json<LinkTokenGrant>> {
    let created = link_token::create(&backend, &user, &request).await?;
    let left = created.expiration - OffsetDateTime::now_utc();
    let grant = LinkTokenGrant {
        link_token: created.link_token.clone(),
        expires_in_seconds: u32::try_from(left.whole_seconds()).unwrap_or_default(),
    };
    // Before the browser has it: what comes of it is found even if nobody ever says so.
    let CreatedLinkToken {
        link_token,
        expiration,
    } = created;
    remember(&backend, user, request, &link_token, expiration).await?;
    Ok(Json(grant))
}

/// Into the log, where funnels are counted and support looks; what a person typed stays out of it.
async fn log_events(User(user): User, Json(report): Json<LinkEvents>) -> Result<StatusCode> {
    if report.events.len() > MAX_EVENTS {
        return Err(Error::Invalid("Send at most 200 events."));
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
        .nth(MAX_NAME)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}
