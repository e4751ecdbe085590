//! The stored form of a success, its user and its lifetime.

use link_flow::{OutboxError, OutboxRecord, Purpose, Success};
use plaid_types::link::SuccessMetadata;
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;

fn success(purpose: Purpose) -> Success {
    Success {
        purpose,
        public_token: Some("public-1".into()),
        metadata: SuccessMetadata {
            link_session_id: Some("session-1".into()),
            ..SuccessMetadata::default()
        }
        .into(),
        succeeded_at: 1_000_000,
    }
}

/// A record of an earlier page.
fn stored() -> Value {
    json!({
        "version": 1,
        "user": "user-1",
        "public_token": "public-1",
        "metadata": {
            "institution": null, "accounts": [], "link_session_id": "session-1", "transfer_status": null
        },
        "succeeded_at": 1_000_000
    })
}

fn read(stored: &Value) -> Option<OutboxRecord> {
    serde_json::from_value(stored.clone()).ok()
}

#[test]
fn the_stored_form_is_stable() {
    let record = OutboxRecord::new("user-1".to_owned(), success(Purpose::NewItem));
    assert_eq!(serde_json::to_value(&record).expect("JSON"), stored());
    assert_eq!(read(&stored()), Some(record));

    let repair = Purpose::Update {
        item_id: "item-1".into(),
        account_selection: true,
    };
    let record = OutboxRecord::new("user-1".to_owned(), success(repair));
    let mut form = stored();
    form["item_id"] = "item-1".into();
    form["account_selection"] = true.into();
    assert_eq!(serde_json::to_value(&record).expect("JSON"), form);
    assert_eq!(read(&form), Some(record));
}

#[test]
fn a_kept_success_is_restored_unchanged() {
    let repair = |account_selection| Purpose::Update {
        item_id: "item-1".into(),
        account_selection,
    };
    for purpose in [Purpose::NewItem, repair(false), repair(true)] {
        let record = OutboxRecord::new("user-1".to_owned(), success(purpose.clone()));
        let form = serde_json::to_value(&record).expect("JSON");
        let opened = read(&form).expect("a record").open("user-1", 1_000_001);
        assert_eq!(opened, Ok(success(purpose)));
    }
}

#[test]
fn a_record_opens_for_its_user_until_the_public_token_expires() {
    let cases = [
        ("user-1", 1_000_000, None),
        ("user-1", 1_000_000 + 30 * MINUTE - 1, None),
        (
            "user-1",
            1_000_000 + 30 * MINUTE,
            Some(OutboxError::Expired),
        ),
        ("user-1", u64::MAX, Some(OutboxError::Expired)),
        // The clock was set back.
        ("user-1", 0, None),
        ("user-2", 1_000_000, Some(OutboxError::Foreign)),
        ("", 1_000_000, Some(OutboxError::Foreign)),
        // The user is checked first.
        ("user-2", u64::MAX, Some(OutboxError::Foreign)),
    ];
    for (user, now, error) in cases {
        let record = read(&stored()).expect("a record");
        let expected = error.map_or_else(|| Ok(success(Purpose::NewItem)), Err);
        assert_eq!(record.open(user, now), expected, "{user:?} at {now}");
    }
}

#[test]
fn a_corrupt_record_is_refused() {
    let broken = [
        ("version", Value::Null),
        ("version", json!(65_536)),
        ("version", json!("1")),
        ("user", Value::Null),
        ("user", json!(7)),
        ("succeeded_at", json!(-1)),
        ("succeeded_at", json!("now")),
    ];
    for (key, value) in broken {
        let mut form = stored();
        form[key] = value.clone();
        assert_eq!(read(&form), None, "{key}: {value}");
    }
    for form in [json!(null), json!([]), json!("text"), json!({})] {
        assert_eq!(read(&form), None, "{form}");
    }
}

#[test]
fn unreadable_metadata_keeps_the_public_token() {
    for metadata in [Value::Null, json!("text"), json!([7])] {
        let mut form = stored();
        form["metadata"] = metadata;
        let opened = read(&form).expect("a record").open("user-1", 1_000_000);
        let success = opened.expect("a success");
        assert_eq!(success.public_token, Some("public-1".into()));
        assert!(success.metadata.is_empty());
    }
}

#[test]
fn a_new_item_without_its_token_is_corrupt() {
    for token in [Value::Null, json!(7)] {
        let mut form = stored();
        form["public_token"] = token;
        let record = read(&form).expect("a record");
        assert_eq!(record.open("user-1", 1_000_000), Err(OutboxError::Corrupt));

        form["item_id"] = "item-1".into();
        let repair = read(&form).expect("a record").open("user-1", 1_000_000);
        assert!(repair.is_ok(), "a repair needs no public token");
    }
}

#[test]
fn another_version_is_refused() {
    for version in [0, 2, 9] {
        let mut form = stored();
        form["version"] = version.into();
        let record = read(&form).expect("a record");
        assert_eq!(record.open("user-1", 1_000_000), Err(OutboxError::Corrupt));
    }
}

#[test]
fn each_error_has_its_own_message() {
    let reasons = [
        OutboxError::Corrupt,
        OutboxError::Foreign,
        OutboxError::Expired,
    ];
    let mut sentences: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    sentences.dedup();
    assert_eq!(sentences.len(), reasons.len());
}
