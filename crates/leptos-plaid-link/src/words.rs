use link_flow::{Failure, FailureKind};

/// What to tell a person about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub title: &'static str,
    /// What helps.
    pub advice: &'static str,
}

/// The words for a failure, in English.
///
/// ```
/// use leptos_plaid_link::{Failure, FailureKind, words};
///
/// let failure = Failure::new(FailureKind::SignedOut, "401 from /api/link/tokens");
/// assert_eq!(words(&failure).advice, "Sign in, then try again.");
/// ```
#[must_use]
pub fn words(failure: &Failure) -> Words {
    let (title, advice) = match failure.kind {
        FailureKind::ScriptBlocked => (
            "Plaid could not be loaded.",
            "Check your connection, or allow cdn.plaid.com in your content blocker.",
        ),
        FailureKind::LinkRefused => ("Plaid could not be started.", "Please try again."),
        FailureKind::BackendUnreachable => (
            "We could not be reached.",
            "Check your connection and try again.",
        ),
        FailureKind::PlaidUnavailable => (
            "Plaid is not answering.",
            "This usually passes within minutes.",
        ),
        FailureKind::SignedOut => ("You are signed out.", "Sign in, then try again."),
        FailureKind::RateLimited => ("That was too much at once.", "Wait a moment and try again."),
        FailureKind::Refused => ("That did not work.", "Try again, or contact support."),
        FailureKind::PublicTokenInvalid => (
            "The connection took too long to complete.",
            "Please connect the bank once more.",
        ),
        FailureKind::TokensRefused => (
            "Plaid keeps refusing to start.",
            "Try again later, or contact support.",
        ),
        FailureKind::Resume(_) => (
            "We could not continue where your bank left off.",
            "Nothing was connected. Please start again.",
        ),
    };
    Words { title, advice }
}
