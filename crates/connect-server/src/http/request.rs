//! What every request passes through: an id, a deadline, a log line, and the problem that answers its failure.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;
use uuid::Uuid;

use super::error::Failure;
use crate::error::{Error, chain};
use crate::metrics::Metrics;
use crate::state::AppState;

/// The deadline of a request: longer than the three calls to Plaid that the slowest route makes in sequence.
const DEADLINE: Duration = Duration::from_secs(120);

/// How much of a path is logged, in bytes.
const MAX_PATH: usize = 200;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer.
pub(crate) async fn observe(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let request_id = Uuid::new_v4().simple().to_string();
    let span = tracing::info_span!(
        "request",
        request_id,
        method = method(request.method()),
        // Without the query, which holds the state of a bank's redirect.
        path = short(request.uri().path()),
    );
    respond(&state.metrics, request, next, request_id)
        .instrument(span)
        .await
}

async fn respond(metrics: &Metrics, request: Request, next: Next, request_id: String) -> Response {
    let started = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = tokio::time::timeout(DEADLINE, next.run(request)).await;
    let mut response = response.unwrap_or_else(|_| Error::DeadlineExceeded.into_response());
    let status = response.status().as_u16();
    let mut is_limited = false;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let cause = chain(&failure.cause);
        is_limited = matches!(*failure.cause, Error::AddressLimited(_));
        if is_limited {
            // Such requests would fill the log.
            tracing::debug!(cause, "request refused");
        } else if status == 500 {
            tracing::error!(cause, "request failed");
        } else {
            tracing::warn!(cause, "request refused");
        }
        write_problem(&mut response, failure, &request_id);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let elapsed = started.elapsed();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    metrics.request(route, method, status, elapsed);
    if is_limited {
        return response;
    }
    tracing::info!(status, elapsed_ms = elapsed.as_millis(), "request answered");
    response
}

/// Returns the beginning of a path: a client chooses its length, and it is on every line of the log.
fn short(path: &str) -> &str {
    &path[..path.floor_char_boundary(MAX_PATH)]
}

/// Returns the method as a label. A client may invent others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn write_problem(response: &mut Response, failure: Failure, request_id: &str) {
    let mut problem = failure.problem;
    problem.request_id = Some(request_id.to_owned());
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    *response.body_mut() = Body::from(body);
}

/// The response to a request whose handler panicked. Other requests are not affected.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Error::Panicked.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_path_is_logged() {
        let (short_path, long_path) = ("/api/items", "é".repeat(30_000));
        assert_eq!(short(short_path), short_path);
        assert_eq!(short(&long_path).len(), MAX_PATH);
        assert_eq!(short(&format!("/{long_path}")).len(), MAX_PATH - 1);
    }

    #[test]
    fn an_invented_method_is_not_logged() {
        let invented = Method::from_bytes(&[b'A'; 1000]).expect("a method");
        assert_eq!(method(&invented), "other");
    }
}
