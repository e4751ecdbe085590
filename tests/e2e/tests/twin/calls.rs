//! The callbacks that a page received, in a form that can be compared.

use serde_json::Value;

/// The callbacks in order, each an array of its kind and its arguments.
pub(crate) type Calls = Vec<Value>;

/// Reads the calls that the page recorded. Values that differ between sessions become placeholders: request ids and times
/// by their key, and other ids and tokens by the order of their first use.
pub(crate) fn read(recorded: Value) -> Calls {
    let Value::Array(mut calls) = recorded else {
        panic!("the page has no list of calls: {recorded}");
    };
    let mut ids = Vec::new();
    for call in &mut calls {
        normalize(call, "", &mut ids);
    }
    calls
}

/// The names of the calls. An event has its own name; a change of the view is `>VIEW`.
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

fn normalize(value: &mut Value, key: &str, ids: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            for value in values {
                normalize(value, "", ids);
            }
        }
        Value::Object(entries) => {
            // A null field is equivalent to a missing one.
            entries.retain(|_, value| !value.is_null());
            for (key, value) in entries {
                normalize(value, key, ids);
            }
        }
        Value::String(text) => match key {
            "request_id" | "timestamp" => *text = format!("<{key}>"),
            "link_session_id" | "id" => *text = placeholder(text, key, ids),
            _ if text.starts_with("public-sandbox-") => {
                *text = placeholder(text, "public_token", ids)
            }
            _ => {}
        },
        _ => {}
    }
}

fn placeholder(id: &str, key: &str, ids: &mut Vec<String>) -> String {
    let known = ids.iter().position(|known| known == id);
    let index = known.unwrap_or_else(|| {
        ids.push(id.to_owned());
        ids.len() - 1
    });
    format!("<{key} {index}>")
}
