//! Failures and outcomes in English, for users.

mod codes;
#[cfg(test)]
mod tests;

use link_flow::{Exit, Failure, FailureKind, Outcome, Purpose, ResumeError};

pub use self::codes::code_words;

/// The words for a failure, for users.
///
/// ```
/// use leptos_plaid_link::{Words, code_words};
///
/// let Words { title, advice, .. } = code_words("ITEM_LOCKED");
/// assert_eq!(title, "Your bank requires an action from you first.");
/// # let _ = advice;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// A sentence that says what happened.
    pub title: &'static str,
    /// A sentence that says what to do.
    pub advice: &'static str,
    /// The next step, for programs.
    pub step: NextStep,
}

/// The next step after a failure.
///
/// ```
/// use leptos_plaid_link::{NextStep, code_words};
///
/// assert_eq!(code_words("ITEM_LOGIN_REQUIRED").step, NextStep::Reconnect);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Try the same again.
    TryAgain,
    /// Connect another bank.
    AnotherBank,
    /// Sign in at the bank again, in update mode.
    Reconnect,
    /// Wait, then try again.
    Wait,
    /// Contact support, with the `link_session_id` and the `request_id`.
    Support,
}

/// Returns the words for a failure, in English.
///
/// ```
/// use leptos_plaid_link::{Failure, FailureKind, words};
///
/// let failure = Failure::new(FailureKind::SignedOut, "401 from /api/link/tokens");
/// assert_eq!(words(&failure).advice, "Sign in, then try again.");
/// ```
#[must_use]
pub fn words(failure: &Failure) -> Words {
    use NextStep::{Support, TryAgain, Wait};
    let (title, advice, step) = match failure.kind {
        FailureKind::ScriptBlocked => (
            "Plaid could not be loaded.",
            "Check your connection, or allow cdn.plaid.com in your content blocker.",
            TryAgain,
        ),
        FailureKind::LinkRefused => ("Plaid could not be started.", "Please try again.", TryAgain),
        FailureKind::BackendUnreachable => (
            "We can't reach our server.",
            "Check your connection and try again.",
            TryAgain,
        ),
        FailureKind::PlaidUnavailable => (
            "Plaid is not responding.",
            "Try again in a few minutes.",
            Wait,
        ),
        FailureKind::SignedOut => ("You are signed out.", "Sign in, then try again.", TryAgain),
        FailureKind::RateLimited => ("Too many requests.", "Wait a moment and try again.", Wait),
        FailureKind::Refused => (
            "Something went wrong.",
            "Try again, or contact support.",
            Support,
        ),
        FailureKind::NotFound => (
            "This connection no longer exists.",
            "Please connect the bank again.",
            TryAgain,
        ),
        FailureKind::PublicTokenInvalid => (
            "The connection could not be completed.",
            "Please connect the bank again.",
            TryAgain,
        ),
        FailureKind::TokensRefused => (
            "Plaid can't be started at the moment.",
            "Try again later, or contact support.",
            Support,
        ),
        FailureKind::Resume(error) => resume_words(error),
    };
    Words {
        title,
        advice,
        step,
    }
}

fn resume_words(error: ResumeError) -> (&'static str, &'static str, NextStep) {
    let title = match error {
        ResumeError::NoState => "This link does not come from a bank.",
        ResumeError::Missing | ResumeError::Corrupt => {
            "This browser has no record of your visit to the bank."
        }
        ResumeError::Foreign => "Another user started this visit to the bank.",
        ResumeError::SignedOut => {
            return (
                "You were signed out while you were at the bank.",
                "Sign in, then try again to continue where you left off.",
                NextStep::TryAgain,
            );
        }
        ResumeError::Expired => "Your visit to the bank took too long.",
        ResumeError::Unreachable => {
            return (
                "We can't reach our server.",
                "Check your connection, then try again to continue where you left off.",
                NextStep::TryAgain,
            );
        }
    };
    (
        title,
        "Nothing was connected. Please start again.",
        NextStep::TryAgain,
    )
}

/// Returns the words for an exit from Link, in English.
///
/// If Plaid sent a message for users, [`Exit::display_message`], show it instead of the advice.
///
/// ```
/// use leptos_plaid_link::{Exit, exit_words};
///
/// assert_eq!(exit_words(&Exit::default()).title, "You left before a bank was connected.");
/// ```
#[must_use]
pub fn exit_words(exit: &Exit) -> Words {
    let status = exit.status().unwrap_or_default();
    match exit.error_code() {
        Some("INTERNAL_SERVER_ERROR") if status == "requires_oauth" => return DENIED,
        Some(code) => return code_words(code),
        None => {}
    }
    let known = EXIT_STATUSES.iter().find(|(known, ..)| *known == status);
    let (title, step) = match (known, &exit.purpose) {
        (Some((_, title, step)), _) => (*title, *step),
        (None, Purpose::NewItem) => ("You left before a bank was connected.", NextStep::TryAgain),
        (None, Purpose::Update { .. }) => ("You left before you were done.", NextStep::TryAgain),
    };
    Words {
        title,
        advice: "You can try again at any time.",
        step,
    }
}

/// Returns the words for the end of a visit that the page does not show otherwise, in English: an error or a duplicate.
/// Empty for all other outcomes.
///
/// ```
/// use leptos_plaid_link::{Outcome, outcome_words};
///
/// let duplicate = Outcome::Duplicate("item-1".into());
/// assert_eq!(outcome_words(&duplicate), "This account is connected already. Nothing was added.");
/// assert_eq!(outcome_words(&Outcome::Linked("item-1".into())), "");
/// ```
#[must_use]
pub fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Duplicate(_) => "This account is connected already. Nothing was added.".to_owned(),
        Outcome::Left(exit) if exit.error.is_some() => {
            let Words { title, advice, .. } = exit_words(exit);
            format!("{title} {}", exit.display_message().unwrap_or(advice))
        }
        _ => String::new(),
    }
}

/// The words for each exit status, for exits without an error.
const EXIT_STATUSES: [(&str, &str, NextStep); 9] = [
    (
        "requires_credentials",
        "You left before you signed in at your bank.",
        NextStep::TryAgain,
    ),
    (
        "requires_questions",
        "You left before you answered your bank's questions.",
        NextStep::TryAgain,
    ),
    (
        "requires_selections",
        "You left before you answered your bank's questions.",
        NextStep::TryAgain,
    ),
    (
        "requires_code",
        "You left before you entered your bank's code.",
        NextStep::TryAgain,
    ),
    (
        "choose_device",
        "You left before your bank could send a code.",
        NextStep::TryAgain,
    ),
    (
        "requires_account_selection",
        "You left before you chose accounts.",
        NextStep::TryAgain,
    ),
    (
        "requires_oauth",
        "You left before you gave your consent at your bank.",
        NextStep::TryAgain,
    ),
    (
        "institution_not_found",
        "You left without finding your bank.",
        NextStep::AnotherBank,
    ),
    (
        "institution_not_supported",
        "This bank cannot be connected here.",
        NextStep::AnotherBank,
    ),
];

/// The words for a denied OAuth consent, for which Link has no error code.
const DENIED: Words = Words {
    title: "Your bank denied access.",
    advice: "Try again, and allow all requested access.",
    step: NextStep::TryAgain,
};
