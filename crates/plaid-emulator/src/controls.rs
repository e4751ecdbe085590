//! The emulator's own endpoints under `/emulator/`: clock, faults, webhooks, request log, reset.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;

use crate::{clock::iso, faults::Rule, state::AppState, webhooks::DeliveryOptions};

pub(crate) const PREFIX: &str = "/emulator/";

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/emulator/clock/advance", post(advance))
        .route("/emulator/faults", post(set_faults))
        .route("/emulator/items", get(items))
        .route("/emulator/public_tokens", post(set_public_tokens))
        .route("/emulator/requests", get(requests))
        .route("/emulator/reset", post(reset))
        .route("/emulator/webhooks", get(webhooks).post(set_webhooks))
}

#[derive(Deserialize)]
struct Advance {
    seconds: u32,
}

async fn advance(State(app): State<AppState>, Json(advance): Json<Advance>) -> Json<Value> {
    app.clock.advance(Duration::seconds(advance.seconds.into()));
    Json(json!({ "now": iso(app.clock.now()) }))
}

async fn set_faults(State(app): State<AppState>, Json(rules): Json<Vec<Rule>>) -> StatusCode {
    app.faults.set(rules);
    StatusCode::NO_CONTENT
}

async fn items(State(app): State<AppState>) -> Json<Value> {
    let counts = app.world.access_token_counts().into_iter();
    let items: Vec<_> = counts
        .map(|(id, count)| json!({ "item_id": id, "access_tokens": count }))
        .collect();
    Json(json!({ "items": items }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicTokens {
    answer_again: bool,
}

async fn set_public_tokens(
    State(app): State<AppState>,
    Json(settings): Json<PublicTokens>,
) -> StatusCode {
    app.world.set_answer_again(settings.answer_again);
    StatusCode::NO_CONTENT
}

async fn requests(State(app): State<AppState>) -> Json<Value> {
    let (total, requests) = app.requests.read();
    Json(json!({ "total": total, "requests": requests }))
}

async fn webhooks(State(app): State<AppState>) -> Json<Value> {
    Json(json!({ "attempts": app.webhooks.attempts() }))
}

async fn set_webhooks(
    State(app): State<AppState>,
    Json(options): Json<DeliveryOptions>,
) -> StatusCode {
    app.webhooks.set_delivery_options(options);
    StatusCode::NO_CONTENT
}

async fn reset(State(app): State<AppState>) -> StatusCode {
    app.reset();
    StatusCode::NO_CONTENT
}
