//! Failures and outcomes in English, for users.

use link_flow::{Exit, Failure, FailureKind, Outcome, Purpose, ResumeError};

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

/// Returns the words for one of Plaid's error codes, in English. The code may be that of a visit or of an Item.
///
/// ```
/// use leptos_plaid_link::code_words;
///
/// assert_eq!(code_words("INSTITUTION_DOWN").title, "Your bank is not responding at the moment.");
/// ```
#[must_use]
pub fn code_words(code: &str) -> Words {
    // Each endpoint has a code of its own.
    let code = if code.ends_with("_LIMIT") {
        "RATE_LIMIT"
    } else {
        code
    };
    let is_for = |(codes, _): &&(&str, Words)| codes.split(' ').any(|known| known == code);
    CODES
        .iter()
        .find(is_for)
        .map_or(UNKNOWN, |(_, words)| *words)
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

/// The words for Plaid's error codes.
const CODES: [(&str, Words); 13] = [
    (
        "INVALID_CREDENTIALS INVALID_MFA INVALID_UPDATED_USERNAME RECAPTCHA_BAD RECAPTCHA_REQUIRED",
        Words {
            title: "Your bank did not accept the sign-in.",
            advice: "Check what you entered, and try again.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "INVALID_OTP INVALID_PHONE_NUMBER",
        Words {
            title: "Your phone number could not be confirmed.",
            advice: "Check the number and the code, and try again.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "USER_INPUT_TIMEOUT INVALID_SEND_METHOD",
        Words {
            title: "Your bank did not get your answer in time.",
            advice: "Try again; if it offers several ways to get a code, choose another.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "INSUFFICIENT_CREDENTIALS ACCESS_NOT_GRANTED NO_AUTH_ACCOUNTS NO_INVESTMENT_ACCOUNTS NO_INVESTMENT_AUTH_ACCOUNTS \
         NO_LIABILITY_ACCOUNTS ADDITIONAL_CONSENT_REQUIRED",
        Words {
            title: "Your bank may not share the required data yet.",
            advice: "Try again, and allow all requested access.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "ITEM_LOCKED USER_SETUP_REQUIRED PASSWORD_RESET_REQUIRED",
        Words {
            title: "Your bank requires an action from you first.",
            advice: "Sign in on your bank's site and follow its instructions. Then try again.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "INVALID_LINK_TOKEN",
        Words {
            title: "Your session has expired, or had too many failed attempts.",
            advice: "Try again with a new session.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "OAUTH_STATE_ID_ALREADY_PROCESSED OAUTH_STATE_ID_NOT_FOUND INCORRECT_OAUTH_NONCE INCORRECT_LINK_TOKEN",
        Words {
            title: "This bank sign-in link has expired.",
            advice: "If your bank is not listed here, connect it again.",
            step: NextStep::TryAgain,
        },
    ),
    (
        "ITEM_LOGIN_REQUIRED ITEM_NO_VERIFICATION INVALID_SAVED_MFA",
        Words {
            title: "Your bank requires you to sign in again.",
            advice: "Until you do, it shares no new data.",
            step: NextStep::Reconnect,
        },
    ),
    (
        "USER_PERMISSION_REVOKED",
        Words {
            title: "You revoked your permission at the bank.",
            advice: "Its accounts and balances were deleted here. Connect it again to see them.",
            step: NextStep::AnotherBank,
        },
    ),
    (
        "INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE PLANNED_MAINTENANCE \
         PRODUCTS_NOT_READY PRODUCT_NOT_READY UNSUPPORTED_RESPONSE",
        Words {
            title: "Your bank is not responding at the moment.",
            advice: "Try again later, or connect another bank.",
            step: NextStep::Wait,
        },
    ),
    (
        "INTERNAL_SERVER_ERROR PLAID_ERROR RATE_LIMIT",
        Words {
            title: "Plaid has a problem at the moment.",
            advice: "Try again in a few minutes.",
            step: NextStep::Wait,
        },
    ),
    (
        "COUNTRY_NOT_SUPPORTED INSTANT_MATCH_FAILED INSTITUTION_NO_LONGER_SUPPORTED INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT \
         INSTITUTION_REGISTRATION_REQUIRED ITEM_NOT_SUPPORTED MANUAL_VERIFICATION_REQUIRED MFA_NOT_SUPPORTED NO_ACCOUNTS \
         PRODUCTS_NOT_SUPPORTED PRODUCT_NOT_ENABLED UNAUTHORIZED_INSTITUTION",
        Words {
            title: "This account cannot be connected here.",
            advice: "Connect an account at another bank.",
            step: NextStep::AnotherBank,
        },
    ),
    (
        "INVALID_ACCESS_TOKEN ITEM_CONCURRENTLY_DELETED ITEM_NOT_FOUND",
        Words {
            title: "This connection has ended.",
            advice: "Disconnect it here, then connect the bank again.",
            step: NextStep::AnotherBank,
        },
    ),
];

/// The words for a denied OAuth consent, for which Link has no error code.
const DENIED: Words = Words {
    title: "Your bank denied access.",
    advice: "Try again, and allow all requested access.",
    step: NextStep::TryAgain,
};

/// The words for an unknown code.
const UNKNOWN: Words = Words {
    title: "Something went wrong.",
    advice: "Try again. If it happens again, contact support with the reference.",
    step: NextStep::Support,
};

#[cfg(test)]
mod tests {
    use plaid_types::json::Object;
    use plaid_types::link::ExitStatus;

    use super::*;

    fn exit(error_code: Option<&str>, status: &str) -> Exit {
        Exit {
            error: error_code
                .map(|code| Object::from_iter([("error_code".to_owned(), code.into())])),
            metadata: Object::from_iter([("status".to_owned(), status.into())]),
            ..Exit::default()
        }
    }

    #[test]
    fn every_code_of_a_visit_has_its_next_step() {
        use NextStep::{AnotherBank, Reconnect, Support, TryAgain, Wait};
        for (step, codes) in [
            (
                TryAgain,
                "INSUFFICIENT_CREDENTIALS INVALID_CREDENTIALS INVALID_MFA INVALID_OTP INVALID_PHONE_NUMBER \
                 INVALID_SEND_METHOD INVALID_LINK_TOKEN ITEM_LOCKED USER_INPUT_TIMEOUT USER_SETUP_REQUIRED ACCESS_NOT_GRANTED \
                 NO_AUTH_ACCOUNTS INCORRECT_LINK_TOKEN INCORRECT_OAUTH_NONCE OAUTH_STATE_ID_ALREADY_PROCESSED \
                 OAUTH_STATE_ID_NOT_FOUND RECAPTCHA_BAD",
            ),
            (
                AnotherBank,
                "COUNTRY_NOT_SUPPORTED INSTITUTION_NO_LONGER_SUPPORTED ITEM_NOT_FOUND ITEM_NOT_SUPPORTED \
                 MFA_NOT_SUPPORTED NO_ACCOUNTS",
            ),
            (Reconnect, "ITEM_LOGIN_REQUIRED"),
            (
                Wait,
                "INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_RATE_LIMIT INTERNAL_SERVER_ERROR ITEM_GET_LIMIT \
                 PLAID_ERROR RATE_LIMIT",
            ),
            (
                Support,
                "PAYMENT_INVALID_RECIPIENT PUBLIC_KEY_NOT_ENABLED INVALID_FIELD A_CODE_OF_TOMORROW",
            ),
        ] {
            for code in codes.split_whitespace() {
                let words = exit_words(&exit(Some(code), "requires_credentials"));
                assert_eq!(words.step, step, "{code}");
            }
        }
    }

    /// Plaid's documented error codes of Items, institutions, tokens and OAuth.
    #[test]
    fn every_documented_error_code_has_its_own_words() {
        let items = "ACCESS_NOT_GRANTED INSTANT_MATCH_FAILED INSUFFICIENT_CREDENTIALS INVALID_CREDENTIALS INVALID_MFA \
                     INVALID_OTP INVALID_PHONE_NUMBER INVALID_SEND_METHOD INVALID_UPDATED_USERNAME ITEM_CONCURRENTLY_DELETED \
                     ITEM_LOCKED ITEM_LOGIN_REQUIRED ITEM_NOT_FOUND ITEM_NOT_SUPPORTED MANUAL_VERIFICATION_REQUIRED \
                     MFA_NOT_SUPPORTED NO_ACCOUNTS NO_AUTH_ACCOUNTS NO_INVESTMENT_ACCOUNTS NO_INVESTMENT_AUTH_ACCOUNTS \
                     NO_LIABILITY_ACCOUNTS PASSWORD_RESET_REQUIRED PRODUCT_NOT_ENABLED PRODUCT_NOT_READY \
                     PRODUCTS_NOT_SUPPORTED USER_SETUP_REQUIRED USER_INPUT_TIMEOUT";
        let institutions = "INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE \
                            INSTITUTION_NO_LONGER_SUPPORTED INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT UNAUTHORIZED_INSTITUTION \
                            INSTITUTION_REGISTRATION_REQUIRED UNSUPPORTED_RESPONSE";
        let tokens = "INVALID_ACCESS_TOKEN INVALID_LINK_TOKEN";
        let oauth = "INCORRECT_OAUTH_NONCE INCORRECT_LINK_TOKEN OAUTH_STATE_ID_ALREADY_PROCESSED OAUTH_STATE_ID_NOT_FOUND";
        for code in [items, institutions, tokens, oauth]
            .iter()
            .flat_map(|list| list.split_whitespace())
        {
            assert_ne!(code_words(code), UNKNOWN, "{code}");
        }
    }

    #[test]
    fn a_denied_consent_is_not_a_plaid_failure() {
        let title = |status| exit_words(&exit(Some("INTERNAL_SERVER_ERROR"), status)).title;
        assert_eq!(title("requires_oauth"), "Your bank denied access.");
        assert_eq!(title("requires_code"), "Plaid has a problem at the moment.");
    }

    #[test]
    fn a_phone_number_error_does_not_blame_the_bank() {
        for code in ["INVALID_OTP", "INVALID_PHONE_NUMBER"] {
            assert!(code_words(code).title.contains("phone"), "{code}");
        }
    }

    #[test]
    fn every_exit_status_has_words() {
        assert_eq!(ExitStatus::KNOWN.len(), EXIT_STATUSES.len());
        for status in ExitStatus::KNOWN {
            let words = exit_words(&exit(None, status.as_str()));
            let is_listed = EXIT_STATUSES
                .iter()
                .any(|(known, title, _)| *known == status.as_str() && *title == words.title);
            assert!(is_listed, "{status}");
        }
        let words = exit_words(&exit(None, "a status of tomorrow"));
        assert_eq!(words.title, "You left before a bank was connected.");
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<&str> = CODES
            .iter()
            .flat_map(|(codes, _)| codes.split(' '))
            .collect();
        let listed = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), listed);
    }
}
