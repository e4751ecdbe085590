//! The stored form of an open visit, its user and its lifetime.

use link_flow::{Purpose, ResumeError, ResumeRecord, oauth_state_id};
use serde_json::{Value, json};

fn repair() -> Purpose {
    Purpose::Update {
        item_id: "item-1".into(),
        account_selection: true,
    }
}

fn record(purpose: Purpose) -> ResumeRecord {
    ResumeRecord::new("user-1".to_owned(), "link-1".into(), 5_000, purpose)
}

/// A record of an earlier page.
fn stored() -> Value {
    json!({ "version": 1, "user": "user-1", "link_token": "link-1", "expires_at": 5_000 })
}

fn read(stored: &Value) -> Option<ResumeRecord> {
    serde_json::from_value(stored.clone()).ok()
}

#[test]
fn the_stored_form_is_stable() {
    let mut for_repair = stored();
    for_repair["item_id"] = "item-1".into();
    for_repair["account_selection"] = true.into();
    for (purpose, form) in [(Purpose::NewItem, stored()), (repair(), for_repair)] {
        let written = serde_json::to_value(record(purpose.clone())).expect("JSON");
        assert_eq!(written, form);
        assert_eq!(read(&form), Some(record(purpose)));
    }
}

#[test]
fn a_record_opens_for_its_user_until_the_link_token_expires() {
    let cases = [
        ("user-1", 0, None),
        ("user-1", 4_999, None),
        ("user-1", 5_000, Some(ResumeError::Expired)),
        ("user-1", u64::MAX, Some(ResumeError::Expired)),
        ("user-2", 0, Some(ResumeError::Foreign)),
        ("user-2", u64::MAX, Some(ResumeError::Foreign)),
        ("", 0, Some(ResumeError::Foreign)),
    ];
    for (user, now, error) in cases {
        let expected = error.map_or_else(|| Ok(record(repair())), Err);
        assert_eq!(
            record(repair()).open(user, now),
            expected,
            "{user:?} at {now}"
        );
    }
}

#[test]
fn a_corrupt_record_is_refused() {
    let broken = [
        ("version", Value::Null),
        ("version", json!(-1)),
        ("user", json!([])),
        ("link_token", Value::Null),
        ("link_token", json!(7)),
        ("expires_at", json!(1.5)),
        ("expires_at", json!("soon")),
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
fn another_version_is_refused() {
    let mut form = stored();
    form["version"] = 2.into();
    let record = read(&form).expect("a record");
    assert_eq!(record.open("user-1", 0), Err(ResumeError::Corrupt));
}

#[test]
fn the_oauth_state_id_is_read_from_the_query_only() {
    let rows = [
        (
            "https://a.example/oauth?oauth_state_id=1b-2c",
            Some("1b-2c"),
        ),
        (
            "https://a.example/oauth?a=b&oauth_state_id=1&c=d",
            Some("1"),
        ),
        (
            "https://a.example/oauth?oauth_state_id=1#oauth_state_id=2",
            Some("1"),
        ),
        (
            "https://a.example/oauth?oauth_state_id=&oauth_state_id=2",
            Some("2"),
        ),
        ("/oauth?oauth_state_id=a%20b", Some("a%20b")),
        ("?oauth_state_id=1=2", Some("1=2")),
        ("https://a.example/oauth", None),
        ("https://a.example/oauth?", None),
        ("https://a.example/oauth?oauth_state_id", None),
        ("https://a.example/oauth?oauth_state_id=", None),
        ("https://a.example/oauth?my_oauth_state_id=1", None),
        ("https://a.example/oauth#oauth_state_id=1", None),
        ("https://a.example/oauth#x?oauth_state_id=1", None),
        ("https://a.example/oauth_state_id=1", None),
        ("", None),
    ];
    for (url, expected) in rows {
        assert_eq!(oauth_state_id(url), expected.map(Into::into), "{url}");
    }
}
