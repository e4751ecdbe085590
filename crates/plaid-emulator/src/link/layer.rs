//! Layer: a phone number or a date of birth is asked about before Link opens. Nobody is eligible here.

use axum::{Form, Router, extract::State, response::Response, routing::post};
use plaid_types::{
    LinkSessionId,
    link::{EventMetadata, EventName},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    render::over,
    session::{message, timestamp},
};
use crate::app::App;

pub(super) fn router() -> Router<App> {
    Router::new().route("/link/v2/stable/layer", post(submit))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Submitted {
    phone_number: Option<String>,
    date_of_birth: Option<String>,
}

async fn submit(State(app): State<App>, Form(submitted): Form<Submitted>) -> Response {
    let name = match (submitted.phone_number, submitted.date_of_birth) {
        (Some(_), None) => EventName::LayerNotAvailable,
        (None, Some(_)) => EventName::LayerAutofillNotAvailable,
        _ => return over(Vec::new()),
    };
    let metadata = EventMetadata {
        request_id: Some(app.world.request_id()),
        link_session_id: Some(LinkSessionId::new(app.world.uuid())),
        timestamp: Some(timestamp(app.clock.now())),
        ..EventMetadata::default()
    };
    over(vec![message(
        "event",
        json!({ "eventName": name, "metadata": metadata }),
    )])
}
