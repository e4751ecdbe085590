use std::time::Duration;

use plaid_types::PlaidError;

/// Why a call to Plaid gave no answer that can be used.
///
/// No variant holds anything of the request or of an answer that was not understood: either may hold a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Plaid understood and refused.
    #[error("Plaid refused {endpoint} with status {status}: {error}")]
    Refused {
        /// The path that was called.
        endpoint: &'static str,
        /// The HTTP status. Decide by the error's code instead.
        status: u16,
        /// Plaid's reason.
        error: Box<PlaidError>,
    },
    /// Too many calls: wait, then try again.
    #[error("Plaid's rate limit for {endpoint} is reached: try again later")]
    RateLimited {
        /// The path that was called.
        endpoint: &'static str,
        /// Plaid's reason, if it gave one.
        error: Option<Box<PlaidError>>,
        /// How long Plaid asks to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// The deadline passed. Plaid may still have done what was asked.
    #[error("Plaid did not answer {endpoint} within {} s", deadline.as_secs_f32())]
    Timeout {
        /// The path that was called.
        endpoint: &'static str,
        /// How long the client waited.
        deadline: Duration,
    },
    /// No connection, or it broke. Plaid may still have done what was asked.
    #[error("Plaid cannot be reached for {endpoint}: check the network and the base URL")]
    Unreachable {
        /// The path that was called.
        endpoint: &'static str,
        /// What went wrong below.
        source: reqwest::Error,
    },
    /// Something answered that does not speak Plaid's language.
    #[error("the answer to {endpoint} with status {status} is not Plaid's: {reason}")]
    Unexpected {
        /// The path that was called.
        endpoint: &'static str,
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The client cannot be built.
    #[error("the base URL `{0}` is not an http or https URL")]
    BaseUrl(String),
    /// The client cannot be built.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
}

impl Error {
    /// Plaid's own error, where Plaid spoke.
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

    /// Plaid's error code, where Plaid spoke: what programs decide by.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.plaid().map(|error| error.error_code.as_str())
    }
}
