//! The steps of the code that `json_struct!` generates.

use serde_json::Value;

use crate::{Json, Object};

/// Takes a field out of an object. Stores the key in `lacks` if the field is required and missing.
///
/// Null stays in its place, since removing an entry takes more code than everything else here. A value of another
/// kind stays as it is, and counts as missing.
pub fn take<T: Json>(
    object: &mut Object,
    key: &'static str,
    lacks: &mut Option<&'static str>,
) -> T {
    object.get_mut(key).and_then(T::take).unwrap_or_else(|| {
        if T::IS_REQUIRED {
            *lacks = Some(key);
        }
        T::missing()
    })
}

/// Takes the text of a field: one function for every type that is text.
pub fn take_text(field: &mut Value) -> Option<String> {
    match field.take() {
        Value::String(text) => Some(text),
        other => {
            *field = other;
            None
        }
    }
}

/// Returns the entries that are left once the fields are taken.
#[must_use]
pub fn rest(object: Object, fields: &[&str]) -> Object {
    let mut rest = Object::new();
    for (key, value) in object {
        if !value.is_null() || !fields.contains(&key.as_str()) {
            rest.insert(key, value);
        }
    }
    rest
}

/// Puts a field into an object. A value that is there already could not be read, and stays.
pub fn put(object: &mut Object, key: &str, value: Value, omit_empty: bool) {
    let is_empty = match &value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    if !(omit_empty && is_empty || object.contains_key(key)) {
        object.insert(key.to_owned(), value);
    }
}
