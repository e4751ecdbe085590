//! Plaid Layer: a check of a phone number or date of birth before Link opens. Nobody is eligible here.

use axum::{Form, Router, extract::State, response::Response, routing::post};
use plaid_types::{
    LinkSessionId,
    link::{EventMetadata, EventName},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    render::messages_only,
    session::{message, timestamp},
};
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/link/v2/stable/layer", post(submit))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Submitted {
    phone_number: Option<String>,
    date_of_birth: Option<String>,
}

async fn submit(State(app): State<AppState>, Form(submitted): Form<Submitted>) -> Response {
    let name = match (submitted.phone_number, submitted.date_of_birth) {
        (Some(_), None) => EventName::LayerNotAvailable,
        (None, Some(_)) => EventName::LayerAutofillNotAvailable,
        _ => return messages_only(Vec::new()),
    };
    let metadata = EventMetadata {
        request_id: Some(app.world.request_id()),
        link_session_id: Some(LinkSessionId::new(app.world.uuid())),
        timestamp: Some(timestamp(app.clock.now())),
        ..EventMetadata::default()
    };
    messages_only(vec![message(
        "event",
        json!({ "eventName": name, "metadata": metadata }),
    )])
}
