//! The injection of faults into requests and responses.

use std::{io, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use futures_util::stream;
use serde_json::{Value, json};

use crate::{faults::Fault, routes, state::AppState};

/// Responds to the request, with the fault of its path.
pub(crate) async fn respond(app: &AppState, request: Request, next: Next) -> Response {
    match app.faults.next(request.uri().path()) {
        None => next.run(request).await,
        Some(Fault::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(Fault::Error { code }) => routes::failure(app, &code),
        Some(Fault::Html { status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let page = format!("<!doctype html><title>{status}</title><h1>{status}</h1>");
            (status, Html(page)).into_response()
        }
        Some(Fault::BrokenJson) => {
            rewritten(next.run(request).await, |body| {
                body[..body.len() / 2].to_vec()
            })
            .await
        }
        Some(Fault::UnknownFields) => rewritten(next.run(request).await, with_unknown_fields).await,
        Some(Fault::DropResponse) => {
            drop(next.run(request).await);
            closed()
        }
        Some(Fault::Close) => closed(),
    }
}

/// Returns a response that makes the server close the connection: its body fails before the first byte.
fn closed() -> Response {
    let failure = Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted));
    Response::new(Body::from_stream(stream::iter([failure])))
}

/// Rewrites the body of a JSON response.
async fn rewritten(response: Response, rewrite: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    if response.headers().get(CONTENT_TYPE) != Some(&HeaderValue::from_static("application/json")) {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut response = (head.status, rewrite(&body)).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn with_unknown_fields(body: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_default();
    add_unknown(&mut value);
    value.to_string().into_bytes()
}

/// The fields whose sets of values Plaid extends without notice.
const OPEN_ENUMS: &[&str] = &[
    "subtype",
    "type",
    "update_type",
    "payment_channel",
    "error_type",
];

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if OPEN_ENUMS.contains(&name.as_str()) && value.is_string() {
                    *value = "emulator_unknown".into();
                }
                add_unknown(value);
            }
            fields.insert("emulator_unknown".to_owned(), json!({ "list": [1, null] }));
        }
        Value::Array(list) => list.iter_mut().for_each(add_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
