//! Conversion between JavaScript values and JSON. Every value can be converted.

use js_sys::{Array, JSON, Object, Reflect};
use plaid_types::json::Json;
use plaid_types::serde_json::{Map, Value};
use wasm_bindgen::JsValue;

/// The depth at which reading stops, which ends cycles. Link sends nothing this deep.
const MAX_DEPTH: u32 = 16;

/// The number of values at which reading stops, which bounds objects such as `window`. Link sends fewer.
const MAX_VALUES: u32 = 10_000;

/// The largest whole number that a JavaScript number holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;

/// Converts a JavaScript value to JSON. A value without a form in JSON, such as a function, becomes null.
///
/// ```no_run
/// use plaid_link::json::from_js;
/// use wasm_bindgen::JsValue;
///
/// assert_eq!(from_js(&JsValue::from("Plaid Checking")), "Plaid Checking");
/// ```
#[must_use]
pub fn from_js(value: &JsValue) -> Value {
    read(value, MAX_DEPTH, &mut { MAX_VALUES })
}

/// Converts JSON to a JavaScript value.
///
/// ```no_run
/// use plaid_link::json::to_js;
///
/// assert!(to_js(&plaid_link::plaid_types::serde_json::json!({ "force": true })).is_object());
/// ```
#[must_use]
pub fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.as_f64().map_or(JsValue::NULL, JsValue::from),
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => values.iter().map(to_js).collect::<Array>().into(),
        Value::Object(entries) => {
            let object = Object::new();
            for (key, value) in entries {
                let _ = Reflect::set(&object, &key.as_str().into(), &to_js(value));
            }
            object.into()
        }
    }
}

/// Returns the JSON text of a value, by the browser's `JSON.stringify`.
///
/// ```no_run
/// use plaid_link::json::to_text;
/// use plaid_link::plaid_types::ItemId;
///
/// assert_eq!(to_text(&ItemId::new("item-1")), "\"item-1\"");
/// ```
#[must_use]
pub fn to_text(value: &impl Json) -> String {
    let text = JSON::stringify(&to_js(&value.write()));
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Returns the value of a JSON text, by the browser's `JSON.parse`. Returns none for invalid JSON or another type.
///
/// ```no_run
/// use plaid_link::json::from_text;
/// use plaid_link::plaid_types::ItemId;
///
/// assert_eq!(from_text("\"item-1\""), Some(ItemId::new("item-1")));
/// ```
#[must_use]
pub fn from_text<T: Json>(text: &str) -> Option<T> {
    T::read(from_js(&JSON::parse(text).ok()?)).ok()
}

fn read(value: &JsValue, depth: u32, left: &mut u32) -> Value {
    *left = left.saturating_sub(1);
    if let Some(text) = value.as_string() {
        Value::String(text)
    } else if let Some(number) = value.as_f64() {
        read_number(number)
    } else if let Some(truth) = value.as_bool() {
        Value::Bool(truth)
    } else if value.is_object() && depth > 0 {
        read_object(value, depth - 1, left)
    } else {
        Value::Null
    }
}

fn read_number(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number within 53 bits"
    )]
    if number.trunc() == number && number.abs() <= LARGEST_WHOLE {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// Reads the own entries of an object. An entry whose getter throws is left out.
fn read_object(value: &JsValue, depth: u32, left: &mut u32) -> Value {
    // First: after this has worked, `Array::is_array` cannot throw.
    let Ok(keys) = Reflect::own_keys(value) else {
        return Value::Null;
    };
    let is_array = Array::is_array(value);
    let (mut values, mut entries) = (Vec::new(), Map::new());
    for key in keys.iter() {
        if *left == 0 {
            break;
        }
        let (Some(name), Ok(value)) = (key.as_string(), Reflect::get(value, &key)) else {
            continue;
        };
        if !is_array {
            entries.insert(name, read(&value, depth, left));
        } else if name != "length" {
            values.push(read(&value, depth, left));
        }
    }
    if is_array {
        Value::Array(values)
    } else {
        Value::Object(entries)
    }
}
