//! The JSON of the requests that the app sends.

use connect_api::{CreateItem, CreateLinkToken, LinkEventReport, LinkEvents, RepairedItem};
use json_struct::{Json, Object};
use serde_json::{Value, json};

fn object(value: Value) -> Object {
    Object::read(value).expect("an object")
}

#[test]
fn a_link_token_for_a_new_item_needs_no_field() {
    assert_eq!(CreateLinkToken::default().write(), json!({}));
}

#[test]
fn a_link_token_for_update_mode_names_its_item() {
    let request = CreateLinkToken {
        item_id: Some("item-1".into()),
        account_selection: true,
        ..CreateLinkToken::default()
    };
    let body = json!({ "item_id": "item-1", "account_selection": true });
    assert_eq!(request.write(), body);
}

#[test]
fn the_metadata_of_a_new_item_is_forwarded_unread() {
    let metadata = json!({ "institution": null, "accounts": "unreadable", "new": 1 });
    let request = CreateItem {
        public_token: "public-1".into(),
        metadata: object(metadata.clone()),
        allow_duplicate: false,
    };
    let body = json!({ "public_token": "public-1", "metadata": metadata });
    assert_eq!(request.write(), body);
}

#[test]
fn a_repair_says_whether_accounts_were_selected() {
    for account_selection in [true, false] {
        let body = json!({ "account_selection": account_selection });
        assert_eq!(RepairedItem { account_selection }.write(), body);
    }
}

#[test]
fn the_metadata_of_events_is_forwarded_unread() {
    let metadata = json!({ "view_name": 3, "new": [] });
    let event = LinkEventReport {
        event_name: "HANDOFF".to_owned(),
        metadata: object(metadata.clone()),
    };
    let report = LinkEvents {
        events: vec![event],
    };
    let body = json!({ "events": [{ "event_name": "HANDOFF", "metadata": metadata }] });
    assert_eq!(report.write(), body);
}
