//! The words for Plaid's error codes.

use super::{NextStep, Words};

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

/// The words for Plaid's error codes.
pub(super) const CODES: [(&str, Words); 13] = [
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

/// The words for an unknown code.
pub(super) const UNKNOWN: Words = Words {
    title: "Something went wrong.",
    advice: "Try again. If it happens again, contact support with the reference.",
    step: NextStep::Support,
};
