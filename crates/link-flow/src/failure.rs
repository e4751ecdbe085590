//! Failures of a flow.

use crate::resume::ResumeError;

/// A failure, with everything that a message to the user needs.
///
/// ```
/// use link_flow::{Failure, FailureKind};
///
/// let failure = Failure {
///     request_id: Some("4zlKapIkTm8p5KM".to_owned()),
///     ..Failure::new(FailureKind::PlaidUnavailable, "502 from /link/token/create")
/// };
/// assert_eq!(failure.to_string(), "502 from /link/token/create");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind, for programs.
    pub kind: FailureKind,
    /// The message for developers.
    pub message: String,
    /// The message for users from Plaid or the backend.
    pub display_message: Option<String>,
    /// The id of the failed request, for support.
    pub request_id: Option<String>,
    /// The id of the visit whose success could not be submitted, for Plaid's support.
    pub link_session_id: Option<String>,
}

impl Failure {
    /// Creates a failure with a message for developers only.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            display_message: None,
            request_id: None,
            link_session_id: None,
        }
    }
}

/// The kind of a failure. Each kind has its own remedy.
///
/// ```
/// use link_flow::FailureKind;
///
/// assert!(FailureKind::PublicTokenInvalid.is_final());
/// assert!(!FailureKind::BackendUnreachable.is_final(), "it is submitted again");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Link's script or its frame did not load: the browser is offline, or a content blocker or a content security policy stops it.
    ScriptBlocked,
    /// Link's script ran and threw an error.
    LinkRefused,
    /// The backend did not answer, or its answer was not understood.
    BackendUnreachable,
    /// Plaid did not answer the backend.
    PlaidUnavailable,
    /// The user is signed out.
    SignedOut,
    /// The rate limit is exceeded.
    RateLimited,
    /// The backend or Plaid refused the request.
    Refused,
    /// The requested resource no longer exists.
    NotFound,
    /// The public token was exchanged already or has expired. The user must open Link again.
    PublicTokenInvalid,
    /// Link refused several tokens in a row.
    TokensRefused,
    /// A visit could not be resumed after a bank's redirect.
    Resume(ResumeError),
}

impl FailureKind {
    /// Returns whether submitting the same success again is useless.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::PublicTokenInvalid | Self::NotFound)
    }
}
