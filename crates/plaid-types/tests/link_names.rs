//! The names that Plaid documents for Link on the web: each is known, and an unknown one is preserved.

use std::fmt::Debug;

use plaid_types::link::{
    EventName, ExitStatus, MfaType, TransferStatus, VerificationStatus, ViewName,
};
use plaid_types::{AccountType, ErrorType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Checks that each name is a variant of its own, which is read and written in Plaid's spelling.
fn check<T>(names: &str)
where
    T: Debug + PartialEq + Serialize + DeserializeOwned + 'static,
{
    let mut seen = Vec::new();
    for name in names.split_whitespace() {
        let value: T = serde_json::from_value(json!(name)).expect("a name");
        assert!(
            !format!("{value:?}").starts_with("Other"),
            "{name} is not known"
        );
        assert!(!seen.contains(&value), "{name} is another name's value too");
        assert_eq!(serde_json::to_value(&value).expect("JSON"), json!(name));
        seen.push(value);
    }
    for unknown in ["", "SOMETHING_NEW", "open", " OPEN", "naïve 🏦"] {
        let value: T = serde_json::from_value(json!(unknown)).expect("any text");
        assert_eq!(format!("{value:?}"), format!("Other({unknown:?})"));
        assert_eq!(serde_json::to_value(&value).expect("JSON"), json!(unknown));
    }
    for other_kind in [json!(null), json!(7), json!({}), json!(["OPEN"])] {
        assert!(serde_json::from_value::<T>(other_kind).is_err());
    }
}

#[test]
fn every_event_is_known() {
    check::<EventName>(
        "AUTO_SUBMIT_PHONE BANK_INCOME_INSIGHTS_COMPLETED CLOSE_OAUTH CONNECT_NEW_INSTITUTION ERROR EXIT
         FAIL_OAUTH HANDOFF IDENTITY_MATCH_FAILED IDENTITY_MATCH_PASSED
         IDENTITY_VERIFICATION_START_STEP IDENTITY_VERIFICATION_PASS_STEP IDENTITY_VERIFICATION_FAIL_STEP
         IDENTITY_VERIFICATION_PENDING_REVIEW_STEP
         IDENTITY_VERIFICATION_CREATE_SESSION IDENTITY_VERIFICATION_RESUME_SESSION
         IDENTITY_VERIFICATION_PASS_SESSION IDENTITY_VERIFICATION_FAIL_SESSION
         IDENTITY_VERIFICATION_PENDING_REVIEW_SESSION
         IDENTITY_VERIFICATION_OPEN_UI IDENTITY_VERIFICATION_RESUME_UI IDENTITY_VERIFICATION_CLOSE_UI
         LAYER_READY LAYER_NOT_AVAILABLE LAYER_AUTOFILL_NOT_AVAILABLE MATCHED_SELECT_INSTITUTION
         OPEN OPEN_MY_PLAID OPEN_OAUTH SEARCH_INSTITUTION SELECT_AUTH_TYPE SELECT_BRAND
         SELECT_DEGRADED_INSTITUTION SELECT_DOWN_INSTITUTION SELECT_FILTERED_INSTITUTION SELECT_INSTITUTION
         SKIP_SUBMIT_PHONE SUBMIT_ACCOUNT_NUMBER SUBMIT_CREDENTIALS
         SUBMIT_DOCUMENTS SUBMIT_DOCUMENTS_ERROR SUBMIT_DOCUMENTS_SUCCESS
         SUBMIT_MFA SUBMIT_OTP SUBMIT_PHONE SUBMIT_ROUTING_NUMBER TRANSITION_VIEW VERIFY_PHONE VIEW_DATA_TYPES",
    );
}

#[test]
fn every_view_is_known() {
    check::<ViewName>(
        "ACCEPT_TOS CONNECTED CONSENT CREDENTIAL DOCUMENTARY_VERIFICATION ERROR EXIT
         INSTANT_MICRODEPOSIT_AUTHORIZED KYC_CHECK LOADING MFA NUMBERS NUMBERS_SELECT_INSTITUTION OAUTH
         PROFILE_DATA_REVIEW RECAPTCHA RISK_CHECK SAME_DAY_MICRODEPOSIT_AUTHORIZED SCREENING SELECT_ACCOUNT
         SELECT_AUTH_TYPE SELECT_BRAND SELECT_INSTITUTION SELECT_SAVED_ACCOUNT SELECT_SAVED_INSTITUTION
         SELFIE_CHECK SUBMIT_PHONE UPLOAD_DOCUMENTS VERIFY_PHONE VERIFY_SMS",
    );
}

#[test]
fn every_status_is_known() {
    check::<ExitStatus>(
        "requires_questions requires_selections requires_code choose_device requires_credentials
         requires_account_selection requires_oauth institution_not_found institution_not_supported",
    );
    check::<VerificationStatus>(
        "pending_automatic_verification pending_manual_verification automatically_verified manually_verified
         verification_expired verification_failed database_matched database_insights_pending",
    );
    check::<TransferStatus>("COMPLETE INCOMPLETE");
    check::<MfaType>("code device questions selections");
}

#[test]
fn every_kind_of_error_and_account_is_known() {
    check::<ErrorType>(
        "INVALID_REQUEST INVALID_RESULT INVALID_INPUT INSTITUTION_ERROR RATE_LIMIT_EXCEEDED API_ERROR
         ITEM_ERROR ASSET_REPORT_ERROR RECAPTCHA_ERROR OAUTH_ERROR PAYMENT_ERROR BANK_TRANSFER_ERROR
         INCOME_VERIFICATION_ERROR MICRODEPOSITS_ERROR",
    );
    check::<AccountType>("depository credit loan investment brokerage other");
}
