//! Payloads of Link's callbacks, read into types and written back unchanged.

use plaid_types::link::{
    EventMetadata, ExitMetadata, ExitStatus, LinkAccount, LinkError, LinkInstitution, MfaType,
    SuccessMetadata, TransferStatus, VerificationStatus, ViewName,
};
use plaid_types::{AccountSubtype, AccountType, ErrorType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(payload: &Value) -> T {
    serde_json::from_value(payload.clone()).expect("a payload of Link")
}

/// Reads a payload that has every key, and checks that it is written as the same JSON.
fn golden<T: DeserializeOwned + Serialize>(payload: &Value) -> T {
    let value: T = read(payload);
    let written = serde_json::to_value(&value).expect("JSON");
    assert_eq!(&written, payload);
    value
}

fn checking() -> Value {
    json!({
        "id": "acc_1", "name": "Plaid Checking", "mask": "0000", "type": "depository", "subtype": "checking",
        "verification_status": null, "class_type": null
    })
}

#[test]
fn a_success_with_an_institution_and_accounts() {
    let metadata: SuccessMetadata = golden(&json!({
        "institution": { "name": "First Platypus Bank", "institution_id": "ins_109508" },
        "accounts": [checking(), {
            "id": "acc_2", "name": "Plaid Saving", "mask": null, "type": "depository", "subtype": "savings",
            "verification_status": "automatically_verified", "class_type": "personal"
        }],
        "link_session_id": "session-1",
        "transfer_status": null
    }));
    let institution = metadata.institution.expect("the institution");
    assert_eq!(institution.name.as_deref(), Some("First Platypus Bank"));
    assert_eq!(institution.institution_id, Some("ins_109508".into()));
    assert_eq!(metadata.link_session_id, Some("session-1".into()));
    assert_eq!(metadata.transfer_status, None);
    assert!(metadata.extra.is_empty());

    let [checking, savings] = metadata.accounts.as_slice() else {
        panic!("two accounts");
    };
    assert_eq!(checking.id, Some("acc_1".into()));
    assert_eq!(checking.mask.as_deref(), Some("0000"));
    assert_eq!(checking.kind, Some(AccountType::Depository));
    assert_eq!(checking.subtype, Some(AccountSubtype::Checking));
    assert_eq!(checking.verification_status, None);
    assert_eq!(savings.mask, None);
    assert_eq!(
        savings.verification_status,
        Some(VerificationStatus::AutomaticallyVerified)
    );
    assert_eq!(savings.class_type.as_deref(), Some("personal"));
}

#[test]
fn a_success_by_micro_deposits_has_no_institution() {
    let metadata: SuccessMetadata = golden(&json!({
        "institution": null,
        "accounts": [{
            "id": "acc_1", "name": "Checking 6789", "mask": "6789", "type": "depository", "subtype": "checking",
            "verification_status": "pending_manual_verification", "class_type": "business"
        }],
        "link_session_id": "session-1",
        "transfer_status": "INCOMPLETE"
    }));
    assert_eq!(metadata.institution, None);
    assert_eq!(metadata.transfer_status, Some(TransferStatus::Incomplete));
    assert_eq!(
        metadata.accounts[0].verification_status,
        Some(VerificationStatus::PendingManualVerification)
    );
}

#[test]
fn a_success_keeps_fields_that_are_no_longer_documented() {
    let account = json!({ "id": "acc_1", "name": "Plaid Checking", "mask": "0000" });
    let metadata: SuccessMetadata = golden(&json!({
        "institution": { "name": "First Platypus Bank", "institution_id": "ins_109508" },
        "accounts": [checking()],
        "link_session_id": "session-1",
        "transfer_status": null,
        "account": account,
        "account_id": "acc_1",
        "wallet": null
    }));
    assert_eq!(metadata.extra["account"], account);
    assert_eq!(metadata.extra["account_id"], "acc_1");
    assert!(metadata.extra["wallet"].is_null());
}

#[test]
fn a_success_of_a_flow_that_makes_no_item_may_be_empty() {
    let metadata: SuccessMetadata = read(&json!({}));
    assert_eq!(metadata, SuccessMetadata::default());
}

#[test]
fn an_account_may_lack_optional_fields() {
    let account: LinkAccount = read(&json!({ "id": "acc_1", "name": "Plaid Checking" }));
    assert_eq!(account.name.as_deref(), Some("Plaid Checking"));
    assert_eq!(account.verification_status, None);
    assert_eq!(account.class_type, None);
}

#[test]
fn an_exit_after_an_error() {
    let error: LinkError = golden(&json!({
        "error_type": "ITEM_ERROR",
        "error_code": "INVALID_CREDENTIALS",
        "error_message": "wrong user name or password",
        "display_message": null
    }));
    assert_eq!(error.error_type, Some(ErrorType::ItemError));
    assert_eq!(error.error_code.as_deref(), Some("INVALID_CREDENTIALS"));
    assert_eq!(error.display_message, None);
    assert!(!error.is_invalid_link_token());
    assert_eq!(
        error.to_string(),
        "INVALID_CREDENTIALS: wrong user name or password"
    );

    let metadata: ExitMetadata = golden(&json!({
        "institution": { "name": "First Platypus Bank", "institution_id": "ins_109508" },
        "status": "requires_credentials",
        "link_session_id": "session-1",
        "request_id": "request-1"
    }));
    assert_eq!(metadata.status, Some(ExitStatus::RequiresCredentials));
    assert_eq!(metadata.request_id, Some("request-1".into()));
}

#[test]
fn an_exit_before_an_institution_was_chosen() {
    let metadata: ExitMetadata = golden(&json!({
        "institution": null, "status": null, "link_session_id": "session-1", "request_id": null
    }));
    assert_eq!(metadata.institution, None);
    assert_eq!(metadata.status, None);
    assert_eq!(metadata.link_session_id, Some("session-1".into()));
}

#[test]
fn an_exit_with_an_invalid_link_token() {
    let error: LinkError = read(&json!({
        "error_type": "INVALID_INPUT", "error_code": "INVALID_LINK_TOKEN",
        "error_message": "the token has expired", "display_message": null
    }));
    assert!(error.is_invalid_link_token());
}

/// An event with a value for every key.
fn event_with_everything() -> Value {
    json!({
        "account_number_mask": "6789",
        "brand_name": "First Platypus Business",
        "error_type": "ITEM_ERROR",
        "error_code": "INVALID_CREDENTIALS",
        "error_message": "wrong user name or password",
        "exit_status": "requires_code",
        "institution_id": "ins_109508",
        "institution_name": "First Platypus Bank",
        "institution_search_query": "platy",
        "is_update_mode": "true",
        "match_reason": "returning_user",
        "mfa_type": "code",
        "routing_number": "021000021",
        "selection": "flow_type_instant",
        "view_name": "ERROR",
        "request_id": "request-1",
        "link_session_id": "session-1",
        "timestamp": "2026-01-02T03:04:05.678Z"
    })
}

#[test]
fn an_event_with_everything() {
    let metadata: EventMetadata = golden(&event_with_everything());
    assert_eq!(metadata.account_number_mask.as_deref(), Some("6789"));
    assert_eq!(
        metadata.brand_name.as_deref(),
        Some("First Platypus Business")
    );
    assert_eq!(metadata.error_type, Some(ErrorType::ItemError));
    assert_eq!(metadata.error_code.as_deref(), Some("INVALID_CREDENTIALS"));
    assert_eq!(
        metadata.error_message.as_deref(),
        Some("wrong user name or password")
    );
    assert_eq!(metadata.exit_status, Some(ExitStatus::RequiresCode));
    assert_eq!(metadata.institution_id, Some("ins_109508".into()));
    assert_eq!(
        metadata.institution_name.as_deref(),
        Some("First Platypus Bank")
    );
    assert_eq!(metadata.institution_search_query.as_deref(), Some("platy"));
    assert_eq!(metadata.is_update_mode.as_deref(), Some("true"));
    assert_eq!(metadata.match_reason.as_deref(), Some("returning_user"));
    assert_eq!(metadata.mfa_type, Some(MfaType::Code));
    assert_eq!(metadata.routing_number.as_deref(), Some("021000021"));
    assert_eq!(metadata.selection.as_deref(), Some("flow_type_instant"));
    assert_eq!(metadata.view_name, Some(ViewName::Error));
    assert_eq!(metadata.request_id, Some("request-1".into()));
    assert_eq!(metadata.link_session_id, Some("session-1".into()));
    assert_eq!(
        metadata.timestamp.as_deref(),
        Some("2026-01-02T03:04:05.678Z")
    );
    assert!(metadata.extra.is_empty());
}

/// Each documented event as Link sends it: every key is present, and null unless the event is about it.
#[test]
fn each_event_carries_its_own_fields() {
    let rows = [
        json!({ "view_name": "CONSENT", "is_update_mode": "false" }),
        json!({ "view_name": "MFA", "mfa_type": "selections" }),
        json!({ "institution_search_query": "platy" }),
        json!({ "match_reason": "SAVED_INSTITUTION" }),
        json!({ "match_reason": "routing_number", "routing_number": "021000021" }),
        json!({ "selection": "flow_type_manual" }),
        json!({ "account_number_mask": "" }),
        json!({ "error_type": "INSTITUTION_ERROR", "error_code": "INSTITUTION_DOWN", "error_message": "down" }),
        json!({ "exit_status": "institution_not_supported" }),
    ];
    for row in rows {
        let mut payload = event_with_everything();
        for (key, value) in payload.as_object_mut().expect("an object") {
            *value = row.get(key).cloned().unwrap_or(Value::Null);
        }
        golden::<EventMetadata>(&payload);
    }
}

/// Fields and values that Plaid adds later reach the host at any depth, and are written back.
#[test]
fn unknown_fields_and_values_are_preserved() {
    let metadata: SuccessMetadata = golden(&json!({
        "institution": { "name": "Bank", "institution_id": "ins_1", "country": "NZ" },
        "accounts": [{
            "id": "acc_1", "name": "A", "mask": "1", "type": "crypto", "subtype": "cold wallet",
            "verification_status": "verified_by_owl", "class_type": "charity", "colour": [1, 2]
        }],
        "link_session_id": "session-1",
        "transfer_status": "PENDING",
        "issue": { "id": 3 }
    }));
    assert_eq!(metadata.extra["issue"]["id"], 3);
    assert_eq!(metadata.institution.expect("it").extra["country"], "NZ");
    assert_eq!(
        metadata.transfer_status,
        Some(TransferStatus::Other("PENDING".to_owned()))
    );
    let account = &metadata.accounts[0];
    assert_eq!(account.kind, Some(AccountType::Other("crypto".to_owned())));
    assert_eq!(account.extra["colour"], json!([1, 2]));
}

/// A field of an undocumented type counts as missing, is preserved, and affects no other field.
#[test]
fn a_field_of_the_wrong_type_affects_no_other() {
    let payload = json!({
        "institution": "First Platypus Bank",
        "accounts": [checking(), 7],
        "link_session_id": "session-1",
        "transfer_status": false
    });
    let metadata: SuccessMetadata = golden(&payload);
    assert_eq!(metadata.institution, None);
    assert!(metadata.accounts.is_empty());
    assert_eq!(metadata.link_session_id, Some("session-1".into()));
    assert_eq!(metadata.extra["institution"], "First Platypus Bank");
    assert_eq!(metadata.extra["accounts"][0], checking());
    assert_eq!(metadata.extra["transfer_status"], false);

    let institution: LinkInstitution = golden(&json!({ "name": ["Bank"], "institution_id": 4 }));
    assert_eq!(institution.name, None);
    assert_eq!(institution.extra["institution_id"], 4);

    let metadata: EventMetadata = read(&json!({ "is_update_mode": true, "view_name": "CONSENT" }));
    assert_eq!(metadata.is_update_mode, None);
    assert_eq!(metadata.extra["is_update_mode"], true);
    assert_eq!(metadata.view_name, Some(ViewName::Consent));
}
