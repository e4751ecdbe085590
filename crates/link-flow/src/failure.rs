//! Failures of a flow.

use crate::resume::ResumeError;

/// Why something failed, in all that is needed to tell a person about it.
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
    /// What programs decide by.
    pub kind: FailureKind,
    /// For developers.
    pub message: String,
    /// Plaid's or the backend's words for users.
    pub display_message: Option<String>,
    /// What support can find it by.
    pub request_id: Option<String>,
    /// The visit to Link whose success could not be delivered: what Plaid's support can find it by.
    pub link_session_id: Option<String>,
}

impl Failure {
    /// A failure that only developers have words for.
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

/// The kinds of failure, told apart by what helps.
///
/// ```
/// use link_flow::FailureKind;
///
/// assert!(FailureKind::PublicTokenInvalid.is_final());
/// assert!(!FailureKind::BackendUnreachable.is_final(), "it is told again");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Link's script did not load: offline, a content blocker, a content security policy.
    ScriptBlocked,
    /// Link's script ran, but refused.
    LinkRefused,
    /// The backend did not answer, or not in its own language.
    BackendUnreachable,
    /// The backend answered, but Plaid did not.
    PlaidUnavailable,
    /// Nobody is signed in any more.
    SignedOut,
    /// Too much was asked in too short a time.
    RateLimited,
    /// The backend or Plaid understood and refused.
    Refused,
    /// What was asked for is not there any more.
    NotFound,
    /// The public token was used up or has expired: only a new visit to Link helps.
    PublicTokenInvalid,
    /// Link refused one token after the other.
    TokensRefused,
    /// The way back from a bank led nowhere.
    Resume(ResumeError),
}

impl FailureKind {
    /// Whether sending the same success once more cannot help.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::PublicTokenInvalid | Self::NotFound)
    }
}
