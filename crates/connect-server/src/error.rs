//! Why a request fails, and the only place that chooses a status for it.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use connect_api::{Problem, ProblemCode};
use plaid_client::WebhookError;
use plaid_types::ItemId;

use crate::store::StoreError;
use crate::vault::VaultError;

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The body is not JSON (400). What it is instead stays out of logs and answers: it may hold a token.
    #[error("the body is not JSON")]
    Malformed,
    /// The body is JSON, but asks for too much, or for something else (422).
    #[error("the body is not what the address takes: {0}")]
    Invalid(&'static str),
    /// The body is longer than 64 KiB (413).
    #[error("the request is too large")]
    TooLarge,
    /// The body is not said to be JSON (415).
    #[error("the request must be of type application/json")]
    NotJson,
    /// No session, or one that has expired (401).
    #[error("nobody is signed in")]
    SignedOut,
    /// The request came from a page of another site (403).
    #[error("the request came from another site")]
    CrossSite,
    /// Nothing there, or nothing of this user (404).
    #[error("there is no such thing here")]
    NotFound,
    /// Not that way (405).
    #[error("this address does not take such a request")]
    MethodNotAllowed,
    /// The public token is unknown, expired, used up, or another user's (409).
    #[error("the public token is not valid")]
    PublicTokenInvalid(#[source] Option<plaid_client::Error>),
    /// Plaid exchanged the public token, its answer never came, and it gives no other (409).
    #[error("Plaid's answer to the exchange is lost")]
    AnswerLost(#[source] Option<plaid_client::Error>),
    /// The accounts are connected already (409).
    #[error("the accounts are connected already, in Item {0}")]
    Duplicate(ItemId),
    /// A webhook that is not Plaid's (401), or whose key could not be fetched (503).
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// A webhook could not be kept (500): Plaid sends it again.
    #[error("it could not be kept")]
    NotKept(#[source] Arc<StoreError>),
    /// The user asks more often than they may (429).
    #[error("too many requests of one user")]
    TooOften(Duration),
    /// The process is about to end (503).
    #[error("the backend is stopping")]
    Stopping,
    /// An Item was made at Plaid but could not be saved here (500).
    #[error("the connection could not be saved")]
    NotSaved(#[source] StoreError),
    /// Plaid refused (502), limits (429), or did not answer (502, 503, 504).
    #[error(transparent)]
    Plaid(#[from] plaid_client::Error),
    /// The database failed (500).
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A token could not be sealed or opened (500).
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The request took longer than any request may (503).
    #[error("the request took too long")]
    TooSlow,
    /// A bug (500).
    #[error("the handler panicked")]
    Panicked,
}

/// What a handler answers.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The failure that a response stands for: `request` logs it and writes it out, once it knows the request's id.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    pub(crate) cause: Arc<Error>,
}

impl Error {
    fn problem(&self) -> Problem {
        use ProblemCode as Code;
        let (status, code, title, detail) = match self {
            Self::Malformed => (
                400,
                Code::InvalidRequest,
                "The request was not understood",
                "Its body is not JSON.",
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
            Self::NotFound => (404, Code::NotFound, "There is no such thing here", ""),
            Self::MethodNotAllowed => (
                405,
                Code::NotFound,
                "This address takes no such request",
                "",
            ),
            Self::PublicTokenInvalid(_) => (
                409,
                Code::PublicTokenInvalid,
                "This connection is no longer valid",
                "It was used or has expired. Connect the account again.",
            ),
            Self::TooOften(_) => TOO_MANY,
            Self::AnswerLost(_) => (
                409,
                Code::PublicTokenInvalid,
                "This connection was lost on its way",
                "Plaid made it, but its answer did not arrive, and it gives none twice. Connect the account again.",
            ),
            Self::Duplicate(_) => (
                409,
                Code::DuplicateItem,
                "These accounts are connected already",
                "Keep them as they are, or reconnect them.",
            ),
            Self::Webhook(WebhookError::Lookup(_)) | Self::Stopping => {
                (503, Code::Internal, "Not now", "Try again in a moment.")
            }
            Self::Webhook(_) => (401, Code::InvalidRequest, "This is no webhook of Plaid", ""),
            Self::NotSaved(_) => (
                500,
                Code::Internal,
                "The connection could not be saved",
                "Nothing was kept. Connect the account again.",
            ),
            Self::Vault(VaultError::Corrupt) => (
                500,
                Code::Internal,
                "The saved connection cannot be opened",
                "Nothing was changed. Its operator has to look at it.",
            ),
            Self::Store(_) | Self::NotKept(_) | Self::Vault(_) | Self::Panicked => (
                500,
                Code::Internal,
                "Something went wrong on our side",
                "Try again in a moment.",
            ),
            Self::TooSlow => (
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
        if let Self::Duplicate(id) = self {
            problem.item_id = Some(id.clone());
        }
        problem
    }
}

/// The status of a problem, and the problem itself for the layer that writes it out.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or_default();
        let mut response = status.into_response();
        let wait = match &self {
            Self::TooOften(wait) => Some(*wait),
            Self::Plaid(plaid_client::Error::RateLimited { retry_after, .. }) => *retry_after,
            _ => None,
        };
        if let Some(wait) = wait {
            // In whole seconds, and not too early.
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

/// Whoever's limit it is.
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

/// An error with all that caused it, in one line.
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::NotJson,
            StatusCode::UNPROCESSABLE_ENTITY => {
                Self::Invalid("Its JSON is not what this address takes.")
            }
            _ => Self::Malformed,
        }
    }
}

impl From<PathRejection> for Error {
    fn from(_: PathRejection) -> Self {
        Self::NotFound
    }
}
