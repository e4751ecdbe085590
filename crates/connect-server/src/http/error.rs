//! The status and the words of every failure: the only place that chooses them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_api::{Problem, ProblemCode};
use plaid_client::WebhookError;

use crate::error::Error;
use crate::store::StoreError;
use crate::store::vault::VaultError;

/// The failure behind a response. The `request` layer logs it, and writes the problem with the request's id into the body.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    pub(crate) cause: Arc<Error>,
}

impl Error {
    /// Returns the status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or_default()
    }

    fn problem(&self) -> Problem {
        use ProblemCode as Code;
        let (status, code, title, detail) = match self {
            Self::Malformed => (
                400,
                Code::InvalidRequest,
                "The request was not understood",
                "The body is not JSON.",
            ),
            Self::Invalid(reason) => (
                422,
                Code::InvalidRequest,
                "The request was not understood",
                *reason,
            ),
            Self::TooLarge => (
                413,
                Code::InvalidRequest,
                "The request is too large",
                "Send at most 64 KiB.",
            ),
            Self::BodyNotReceived => (
                408,
                Code::InvalidRequest,
                "The request did not arrive completely",
                "Check your connection, then try again.",
            ),
            Self::WebhookTooLarge => (
                413,
                Code::InvalidRequest,
                "The webhook is too large",
                "Send at most 512 KiB.",
            ),
            Self::NotJson => (
                415,
                Code::InvalidRequest,
                "The request is not JSON",
                "Send application/json.",
            ),
            Self::SignedOut => (
                401,
                Code::SignedOut,
                "You are signed out",
                "Reload the page to sign in again.",
            ),
            Self::CrossSite => (
                403,
                Code::CrossSite,
                "The request came from another site",
                "Use Connect's own page.",
            ),
            Self::NotFound => (404, Code::NotFound, "This resource does not exist", ""),
            Self::MethodNotAllowed => (
                405,
                Code::NotFound,
                "This address does not accept the request's method",
                "",
            ),
            Self::PublicTokenInvalid(_) => (
                409,
                Code::PublicTokenInvalid,
                "This connection is no longer valid",
                "It was used or has expired. Connect the account again.",
            ),
            Self::RateLimited(_)
            | Self::AddressLimited(_)
            | Self::TooManyStreams
            | Self::PlaidBudget(_) => TOO_MANY,
            Self::AnswerLost(_) => (
                409,
                Code::PublicTokenInvalid,
                "The connection was lost",
                "Plaid created it, but its answer did not arrive and cannot be requested again. Connect the account again.",
            ),
            Self::Duplicate(_) => (
                409,
                Code::DuplicateItem,
                "These accounts are connected already",
                "Keep them as they are, or reconnect them.",
            ),
            Self::Webhook(error) if error.is_temporary() => BUSY,
            Self::WebhooksWaiting | Self::Stopping => BUSY,
            Self::Webhook(_) => (
                401,
                Code::InvalidRequest,
                "The webhook is not from Plaid",
                "",
            ),
            Self::NotSaved(_) => (
                500,
                Code::Internal,
                "The connection could not be saved",
                "Nothing was kept. Connect the account again.",
            ),
            Self::Vault(VaultError::Corrupt | VaultError::UnknownKey { .. }) => (
                500,
                Code::Internal,
                "The saved connection cannot be opened",
                "Nothing was changed. Ask the operator of this app for help.",
            ),
            Self::Store(StoreError::Unready(_)) => {
                (503, Code::Internal, "The backend is not ready", "")
            }
            Self::Store(_)
            | Self::WebhookNotStored(_)
            | Self::Vault(_)
            | Self::FileUnreadable
            | Self::Panicked => (
                500,
                Code::Internal,
                "Something went wrong on our side",
                "Try again in a moment.",
            ),
            Self::DeadlineExceeded => (
                503,
                Code::Internal,
                "This took too long",
                "Try again in a moment.",
            ),
            Self::Plaid(error) => plaid_problem(error),
        };
        let mut problem = problem(status, code, title, detail);
        if let Self::Plaid(error)
        | Self::PublicTokenInvalid(Some(error))
        | Self::AnswerLost(Some(error)) = self
            && let Some(said) = error.plaid()
        {
            problem.error_type = Some(said.error_type.to_string());
            problem.error_code = Some(said.error_code.clone());
            problem.display_message.clone_from(&said.display_message);
            problem.plaid_request_id.clone_from(&said.request_id);
        }
        if let Self::Store(StoreError::Unready(reason)) = self {
            problem.detail = Some(reason.to_string());
        }
        if let Self::Duplicate(id) = self {
            problem.item_id = Some(id.clone());
        }
        problem
    }
}

/// A response with the status of the problem. The `request` layer takes the failure from its extensions.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or_default();
        let mut response = status.into_response();
        let wait = match &self {
            Self::RateLimited(wait)
            | Self::AddressLimited(wait)
            | Self::PlaidBudget(wait)
            | Self::Webhook(WebhookError::TooManyKeys(wait)) => Some(*wait),
            Self::Webhook(error) if error.is_temporary() => Some(WEBHOOK_RETRY),
            Self::WebhooksWaiting => Some(WEBHOOK_RETRY),
            Self::Plaid(plaid_client::Error::RateLimited { retry_after, .. }) => *retry_after,
            _ => None,
        };
        if let Some(wait) = wait {
            // Rounded up, because the header has whole seconds.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Failure {
            problem,
            cause: Arc::new(self),
        });
        response
    }
}

/// When Plaid is asked to send a webhook again whose key could not be fetched.
const WEBHOOK_RETRY: Duration = Duration::from_secs(30);

/// The answer to what is possible again in a moment.
const BUSY: (u16, ProblemCode, &str, &str) = (
    503,
    ProblemCode::Internal,
    "The service is busy",
    "Try again in a moment.",
);

/// The answer to too many requests, whether the limit is ours or Plaid's.
const TOO_MANY: (u16, ProblemCode, &str, &str) = (
    429,
    ProblemCode::RateLimited,
    "Too many requests",
    "Try again in a minute.",
);

fn problem(status: u16, code: ProblemCode, title: &str, detail: &str) -> Problem {
    Problem {
        code,
        title: title.to_owned(),
        status,
        detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()),
        request_id: None,
        error_type: None,
        error_code: None,
        display_message: None,
        plaid_request_id: None,
        item_id: None,
    }
}

fn plaid_problem(error: &plaid_client::Error) -> (u16, ProblemCode, &'static str, &'static str) {
    use plaid_client::Error as Plaid;
    let unavailable = |status| {
        let title = "Plaid is not available";
        (
            status,
            ProblemCode::PlaidUnavailable,
            title,
            "Try again in a moment.",
        )
    };
    match error {
        Plaid::RateLimited { .. } => TOO_MANY,
        Plaid::Refused { status: 500.., .. } | Plaid::Unexpected { .. } => unavailable(502),
        Plaid::Unreachable { .. } => unavailable(503),
        Plaid::Timeout { .. } => unavailable(504),
        _ => (
            502,
            ProblemCode::PlaidRefused,
            "Plaid refused the request",
            "",
        ),
    }
}

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ if matches!(rejection, JsonRejection::BytesRejection(_)) => Self::BodyNotReceived,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::NotJson,
            StatusCode::UNPROCESSABLE_ENTITY => {
                Self::Invalid("The JSON of the body does not fit this address.")
            }
            _ => Self::Malformed,
        }
    }
}
