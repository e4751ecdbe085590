//! Random JSON: each public type reads it or refuses it, never panics, and preserves every field that it has read.

use plaid_types::link::{
    EventMetadata, EventName, ExitMetadata, ExitStatus, LinkAccount, LinkError, LinkInstitution,
    MfaType, SuccessMetadata, TransferStatus, VerificationStatus, ViewName,
};
use plaid_types::webhook::{Webhook, WebhookCode, WebhookType};
use plaid_types::{
    Account, AccountId, AccountSubtype, AccountType, Balances, ErrorType, HealthStatus,
    Institution, InstitutionId, InstitutionStatus, Item, ItemId, LinkSessionId, LinkToken,
    OauthStateId, PlaidError, ProductStatus, PublicToken, RequestId,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The keys of all types, so that random JSON is often almost valid.
const KEYS: &[&str] = &[
    "account_id",
    "accounts",
    "available",
    "balances",
    "class_type",
    "consent_expiration_time",
    "current",
    "disconnect_time",
    "display_message",
    "environment",
    "error",
    "error_code",
    "error_message",
    "error_type",
    "exit_status",
    "historical_update_complete",
    "id",
    "institution",
    "institution_id",
    "institution_name",
    "is_update_mode",
    "item_id",
    "item_logins",
    "link_session_id",
    "link_token",
    "mask",
    "mfa_type",
    "name",
    "oauth",
    "products",
    "public_token",
    "public_tokens",
    "request_id",
    "status",
    "subtype",
    "timestamp",
    "transfer_status",
    "type",
    "verification_status",
    "view_name",
    "webhook_code",
    "webhook_type",
];

fn word() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter)
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => prop::sample::select(KEYS).prop_map(str::to_owned),
        1 => word(),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        2 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-1_000_000_000..1_000_000_000_i64).prop_map(|cents| Value::from(cents as f64 / 100.0)),
        4 => word().prop_map(Value::from),
        2 => prop::sample::select(&["OPEN", "HEALTHY", "depository", "requires_code", "link-1"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 8, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => prop::collection::hash_map(key(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Checks that a value that can be read is written and read again as the same value.
fn survives<T>(value: &Value) -> TestCaseResult
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let Ok(read) = serde_json::from_value::<T>(value.clone()) else {
        return Ok(());
    };
    let written = serde_json::to_value(&read).expect("JSON");
    let again: T = serde_json::from_value(written).expect("the same value");
    prop_assert_eq!(again, read);
    Ok(())
}

/// Checks that an object of any contents is read, and that each field with a value is written again.
fn is_read<T>(value: &Value) -> TestCaseResult
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    survives::<T>(value)?;
    let read = serde_json::from_value::<T>(value.clone());
    let Value::Object(fields) = value else {
        prop_assert!(read.is_err());
        return Ok(());
    };
    let read = read.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let written = serde_json::to_value(&read).expect("JSON");
    for key in fields.keys().filter(|key| !fields[*key].is_null()) {
        prop_assert!(!written[key].is_null(), "{} is lost", key);
        if !fields[key].is_object() && !fields[key].is_array() {
            prop_assert_eq!(&written[key], &fields[key]);
        }
    }
    Ok(())
}

/// Runs a check for each type.
macro_rules! each {
    ($check:ident, $value:expr, $($type:ty),+ $(,)?) => { $( $check::<$type>($value)?; )+ };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_link_payload_is_read(value in json()) {
        each!(is_read, &value, SuccessMetadata, ExitMetadata, EventMetadata, LinkError, LinkAccount, LinkInstitution);
    }

    #[test]
    fn any_api_value_is_read_or_refused(value in json()) {
        each!(survives, &value, Account, Balances, Institution, InstitutionStatus, ProductStatus, Item, PlaidError, Webhook);
    }

    #[test]
    fn any_text_is_read_or_refused(value in prop_oneof![json(), word().prop_map(Value::from)]) {
        each!(
            survives, &value, AccountId, AccountSubtype, AccountType, ErrorType, EventName, ExitStatus,
            HealthStatus, InstitutionId, ItemId, LinkSessionId, LinkToken, MfaType, OauthStateId, PublicToken,
            RequestId, TransferStatus, VerificationStatus, ViewName, WebhookCode, WebhookType,
        );
    }
}
