//! The errors of API calls.

use std::time::Duration;

use plaid_types::PlaidError;

/// An error of a call to Plaid.
///
/// No variant contains parts of the request or of an unparsable response, because they can contain tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Plaid refused the request.
    #[error("Plaid refused {endpoint} with status {status}: {error}")]
    Refused {
        /// The path that was called.
        endpoint: &'static str,
        /// The HTTP status. Programs use the error's code instead.
        status: u16,
        /// Plaid's error.
        error: Box<PlaidError>,
    },
    /// The rate limit is reached. Wait, then retry.
    #[error("Plaid's rate limit for {endpoint} is reached: try again later")]
    RateLimited {
        /// The path that was called.
        endpoint: &'static str,
        /// Plaid's error, if the response has one.
        error: Option<Box<PlaidError>>,
        /// The header `Retry-After`, if the response has one.
        retry_after: Option<Duration>,
    },
    /// The deadline has passed. Plaid may have handled the request.
    #[error("Plaid did not respond to {endpoint} within {} s: try again later", deadline.as_secs_f32())]
    Timeout {
        /// The path that was called.
        endpoint: &'static str,
        /// The deadline of the client.
        deadline: Duration,
    },
    /// The connection failed or was closed. Plaid may have handled the request.
    #[error("Plaid cannot be reached for {endpoint}: check the network and the base URL")]
    Unreachable {
        /// The path that was called.
        endpoint: &'static str,
        /// The transport error.
        source: reqwest::Error,
    },
    /// The response is not one of Plaid's API.
    #[error(
        "the response to {endpoint} with status {status} is not Plaid's: {reason}; check the base URL and proxies"
    )]
    Unexpected {
        /// The path that was called.
        endpoint: &'static str,
        /// The HTTP status.
        status: u16,
        /// What is wrong with the response.
        reason: String,
    },
    /// The base URL is invalid.
    #[error("the base URL `{0}` is not an http or https URL: correct the setting")]
    BaseUrl(String),
    /// The HTTP client cannot be created.
    #[error("the HTTP client cannot be created: check the TLS configuration of this machine")]
    Setup(#[source] reqwest::Error),
}

impl Error {
    /// Returns Plaid's own error, if the response has one.
    #[must_use]
    pub fn plaid(&self) -> Option<&PlaidError> {
        match self {
            Self::Refused { error, .. } => Some(error),
            Self::RateLimited { error, .. } => error.as_deref(),
            Self::Timeout { .. }
            | Self::Unreachable { .. }
            | Self::Unexpected { .. }
            | Self::BaseUrl(_)
            | Self::Setup(_) => None,
        }
    }

    /// Returns Plaid's error code, if the response has one. Programs decide by this code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.plaid().map(|error| error.error_code.as_str())
    }
}
