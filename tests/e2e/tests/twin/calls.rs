//! What a page was called with, so that two visits can be compared.

use serde_json::Value;

/// The calls in order: each its kind, and its arguments.
pub(crate) type Calls = Vec<Value>;

/// Reads what the page kept. What differs from visit to visit is replaced: tokens and request ids by their kind, ids
/// that come again by the place where they came first.
pub(crate) fn read(kept: Value) -> Calls {
    let Value::Array(mut calls) = kept else {
        panic!("the page keeps no list but {kept}");
    };
    let mut ids = Vec::new();
    for call in &mut calls {
        liken(call, "", &mut ids);
    }
    calls
}

/// The calls by name: an event by its own, and a view that is shown as `>VIEW`.
pub(crate) fn names(calls: &[Value]) -> Vec<String> {
    let name = |call: &Value| match (call[0].as_str(), call[1].as_str()) {
        (Some("event"), Some("TRANSITION_VIEW")) => {
            format!(">{}", call[2]["view_name"].as_str().unwrap_or("?"))
        }
        (Some("event"), Some(name)) => name.to_owned(),
        (Some("exit"), _) => match call[1]["error_code"].as_str() {
            Some(code) => format!("exit({code})"),
            None => "exit".to_owned(),
        },
        (kind, _) => kind.unwrap_or("?").to_owned(),
    };
    calls.iter().map(name).collect()
}

fn liken(value: &mut Value, key: &str, ids: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            for value in values {
                liken(value, "", ids);
            }
        }
        Value::Object(entries) => {
            // A field that is null says as much as one that is missing.
            entries.retain(|_, value| !value.is_null());
            for (key, value) in entries {
                liken(value, key, ids);
            }
        }
        Value::String(text) => match key {
            "request_id" | "timestamp" => *text = format!("<{key}>"),
            "link_session_id" | "id" => *text = place(text, key, ids),
            _ if text.starts_with("public-sandbox-") => *text = place(text, "public_token", ids),
            _ => {}
        },
        _ => {}
    }
}

fn place(id: &str, key: &str, ids: &mut Vec<String>) -> String {
    let known = ids.iter().position(|known| known == id);
    let place = known.unwrap_or_else(|| {
        ids.push(id.to_owned());
        ids.len() - 1
    });
    format!("<{key} {place}>")
}
