//! The three kinds of structs, read by Serde and from a JSON value alike.

#![allow(missing_docs, reason = "structs of a test")]

use json_struct::{Json, Object, json_struct};
use serde_json::{Value, json};

json_struct! {
    pub struct Plain {
        pub name: String = "name",
        pub tags: Vec<String> = "tags",
        pub note: String = ?"note",
    }
}

json_struct! {
    #[derive(Default)]
    pub open struct Open {
        pub name: Option<String> = "name",
    }
}

json_struct! {
    pub strict struct Strict {
        pub name: String = "name",
    }
}

json_struct! {
    pub struct Envelope<T = Plain> {
        pub content: T = "content",
    }
}

/// Reads a value in both ways, which must agree.
fn read<T: Json + PartialEq + serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    let by_map = T::read(value.clone()).ok();
    let by_serde = serde_json::from_value(value.clone()).ok();
    assert!(by_map == by_serde, "{value}");
    by_map
}

#[test]
fn a_missing_required_field_is_an_error() {
    assert!(read::<Plain>(&json!({ "name": "a" })).is_some());
    assert!(read::<Plain>(&json!({ "tags": [] })).is_none());
    assert!(read::<Plain>(&json!({ "name": 3 })).is_none());
}

#[test]
fn the_error_names_the_field() {
    let error = serde_json::from_str::<Plain>("{}").expect_err("no name");
    assert_eq!(error.to_string(), "Plain: cannot read `name`");
}

#[test]
fn an_optional_field_is_read_as_empty() {
    let plain = read::<Plain>(&json!({ "name": "a", "tags": null })).expect("a struct");
    assert!(plain.tags.is_empty() && plain.note.is_empty());
}

#[test]
fn an_open_struct_keeps_unknown_fields() {
    let value = json!({ "name": "a", "new": 1 });
    let open = read::<Open>(&value).expect("a struct");
    assert_eq!(open.extra["new"], 1);
    assert_eq!(open.write(), value);
}

#[test]
fn a_strict_struct_refuses_unknown_fields() {
    assert!(read::<Strict>(&json!({ "name": "a" })).is_some());
    assert!(read::<Strict>(&json!({ "name": "a", "new": 1 })).is_none());
    assert!(read::<Plain>(&json!({ "name": "a", "new": 1 })).is_some());
}

#[test]
fn a_generic_field_is_forwarded_or_read() {
    let value = json!({ "content": { "name": "a", "tags": [], "new": 1 } });
    let forwarded = read::<Envelope<Object>>(&value).expect("a struct");
    assert_eq!(forwarded.write(), value);
    let typed: Envelope = read(&value).expect("a struct");
    assert_eq!(typed.content.name, "a");
}
