//! `/link/token/get`: the request and the Link sessions of a Link token.

use plaid_types::PlaidError;
use serde_json::{Map, Value, json};
use time::Duration;

use super::{
    endpoint::{Body, Endpoint},
    field::{Kind, required},
};
use crate::{
    clock::iso,
    error::plaid_error,
    state::AppState,
    world::{LinkSession, SessionEnd, SessionEvent},
};

/// A finished session is listed this long.
const KEPT: Duration = Duration::hours(6);

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/link/token/get",
    fields: &[required("link_token", Kind::FilledText)],
    answer,
};

fn answer(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let record = app
        .world
        .any_link_token(body.text("link_token"))
        .ok_or_else(|| plaid_error("INVALID_LINK_TOKEN"))?;
    let now = app.clock.now();
    let sessions: Vec<Value> = app
        .world
        .sessions(&record.link_token)
        .iter()
        .filter(|session| session.finished_at.is_none_or(|end| now < end + KEPT))
        .map(session)
        .collect();
    let request = &record.request;
    let mut metadata = json!({
        "initial_products": request.products,
        "webhook": request.webhook,
        "country_codes": request.country_codes,
        "language": request.language,
        "redirect_uri": request.redirect_uri,
        "client_name": request.client_name,
    });
    if let Some(institution_data) = &request.institution_data {
        metadata["institution_data"] = json!(institution_data);
    }
    if let Some(account_filters) = &request.account_filters {
        metadata["account_filters"] = json!(account_filters);
    }
    let mut shown = json!({
        "link_token": record.link_token,
        "created_at": iso(record.created_at),
        "expiration": iso(record.expires_at),
        "link_sessions": sessions,
        "metadata": metadata,
    });
    if let Some(user_id) = &request.user_id {
        shown["user_id"] = user_id.as_str().into();
    }
    Ok(shown)
}

fn session(session: &LinkSession) -> Value {
    let mut shown = json!({
        "link_session_id": session.id,
        "started_at": iso(session.started_at),
        "finished_at": session.finished_at.map(iso),
        "events": session.events.iter().map(SessionEvent::to_json).collect::<Vec<_>>(),
    });
    match &session.end {
        Some(SessionEnd::Success {
            public_token,
            metadata,
        }) => {
            shown["on_success"] =
                json!({ "public_token": public_token, "metadata": without_nulls(metadata) });
            shown["results"] = json!({
                "item_add_results": [{
                    "public_token": public_token,
                    "accounts": metadata.accounts.iter().map(without_nulls).collect::<Vec<_>>(),
                    "institution": metadata.institution.as_ref().map(without_nulls),
                }],
                "cra_item_add_results": [],
                "cra_update_results": [],
                "bank_income_results": [],
                "payroll_income_results": [],
                "document_income_results": null,
            });
        }
        Some(SessionEnd::Exit { error, metadata }) => {
            let exit = json!({ "error": error, "metadata": without_nulls(metadata) });
            shown["exit"] = exit.clone();
            shown["on_exit"] = exit;
        }
        None => {}
    }
    shown
}

/// Converts a value to JSON without nulls, which Plaid omits here.
fn without_nulls(value: &impl serde::Serialize) -> Map<String, Value> {
    let mut shown = match json!(value) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    shown.retain(|_, value| !value.is_null());
    shown
}
