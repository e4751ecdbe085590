//! The handling that all endpoints share: JSON, keys, fields, request ids.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use plaid_types::PlaidError;
use serde_json::{Map, Value, json};

use super::field::{Field, validate};
use crate::{
    error::{http_status, plaid_error, plaid_error_with_message},
    state::{AppState, Config},
};

const VERSION: &str = "2020-09-14";

/// An endpoint of Plaid's API.
pub(super) struct Endpoint {
    pub(super) path: &'static str,
    /// The fields of the body, without the keys.
    pub(super) fields: &'static [Field],
    /// Handles a valid body. The request id is added to the result.
    pub(super) answer: fn(&AppState, &Body) -> Result<Value, PlaidError>,
}

/// The validated body of a request, without keys and nulls.
#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

impl Endpoint {
    pub(super) fn serve(
        &self,
        State(app): State<AppState>,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Response {
        respond(&app, self.try_serve(&app, headers, body))
    }

    fn try_serve(
        &self,
        app: &AppState,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Result<Value, PlaidError> {
        check_headers(headers)?;
        let bytes = body.map_err(|rejection| {
            plaid_error_with_message("INVALID_BODY", rejection.body_text().to_lowercase())
        })?;
        let Ok(Value::Object(mut body)) = serde_json::from_slice(&bytes) else {
            return Err(plaid_error("INVALID_BODY"));
        };
        let keys = Keys::take(headers, &mut body);
        let errors = validate(self.fields, &mut body);
        errors.check_missing(keys.missing())?;
        keys.check(&app.config)?;
        errors.check_values()?;
        (self.answer)(app, &Body(body))
    }
}

/// Responds to unknown paths and methods.
pub(super) async fn not_found(State(app): State<AppState>) -> Response {
    failure(&app, "NOT_FOUND")
}

/// Returns the response of an endpoint that fails with this code.
pub(crate) fn failure(app: &AppState, code: &str) -> Response {
    respond(app, Err(plaid_error(code)))
}

impl Body {
    /// Returns a string; empty if it is absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// Returns an integer; zero if it is absent.
    pub(super) fn integer(&self, name: &str) -> usize {
        let number = self.0.get(name).and_then(Value::as_u64).unwrap_or(0);
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    /// Returns a list of strings; empty if it is absent.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self
            .0
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice);
        list.unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns a boolean; `None` if it is absent.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    /// Returns an object; empty if it is absent.
    pub(super) fn object(&self, name: &str) -> Self {
        Self(
            self.0
                .get(name)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        )
    }

    /// Parses the body into a type with some of the endpoint's fields.
    pub(super) fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, PlaidError> {
        T::deserialize(&self.0)
            .map_err(|error| plaid_error_with_message("INVALID_FIELD", error.to_string()))
    }
}

/// The client id and the secret, from the headers or the body.
struct Keys {
    client_id: Option<String>,
    secret: Option<String>,
}

impl Keys {
    fn take(headers: &HeaderMap, body: &mut Map<String, Value>) -> Self {
        let mut key = |header: &str, field: &str| {
            let from_body = body.remove(field);
            match headers.get(header) {
                Some(value) => value.to_str().ok().map(str::to_owned),
                None => from_body.and_then(|value| value.as_str().map(str::to_owned)),
            }
        };
        Self {
            client_id: key("plaid-client-id", "client_id"),
            secret: key("plaid-secret", "secret"),
        }
    }

    fn missing(&self) -> Vec<&'static str> {
        let client_id = self.client_id.is_none().then_some("client_id");
        let secret = self.secret.is_none().then_some("secret");
        client_id.into_iter().chain(secret).collect()
    }

    fn check(&self, config: &Config) -> Result<(), PlaidError> {
        let known = self.client_id.as_deref() == Some(config.client_id.as_str())
            && self.secret.as_deref() == Some(config.secret.as_str());
        known
            .then_some(())
            .ok_or_else(|| plaid_error("INVALID_API_KEYS"))
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), PlaidError> {
    let json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(plaid_error("INVALID_HEADERS"));
    }
    match headers.get("plaid-version") {
        Some(version) if version != VERSION => Err(plaid_error_with_message(
            "INCOMPATIBLE_API_VERSION",
            format!("the Plaid-Version header must be {VERSION}"),
        )),
        _ => Ok(()),
    }
}

fn respond(app: &AppState, answer: Result<Value, PlaidError>) -> Response {
    let request_id = app.world.request_id();
    match answer {
        Ok(mut body) => {
            if let Some(fields) = body.as_object_mut() {
                fields.insert("request_id".to_owned(), json!(request_id));
            }
            Json(body).into_response()
        }
        Err(mut error) => {
            error.request_id = Some(request_id);
            (http_status(&error), Json(error)).into_response()
        }
    }
}
