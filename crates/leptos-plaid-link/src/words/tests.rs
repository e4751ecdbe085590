//! The words for every documented code and status.

use plaid_types::json::Object;
use plaid_types::link::ExitStatus;

use super::codes::{CODES, UNKNOWN};
use super::*;

fn exit(error_code: Option<&str>, status: &str) -> Exit {
    Exit {
        error: error_code.map(|code| Object::from_iter([("error_code".to_owned(), code.into())])),
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
