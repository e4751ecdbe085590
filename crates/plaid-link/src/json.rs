//! JavaScript values to and from JSON: total over whatever a script may hand over.

use js_sys::{Array, JSON, Object, Reflect};
use plaid_types::json::Json;
use plaid_types::serde_json::{Map, Value};
use wasm_bindgen::JsValue;

/// Deeper than anything that Link sends; a cycle ends here.
const DEEPEST: u32 = 16;

/// More values than anything that Link sends; what branches without end, such as `window`, ends here.
const MOST: u32 = 10_000;

/// The largest whole number that a JavaScript number holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;

/// Reads a value. What JSON has no word for, such as a function, is null.
///
/// ```no_run
/// use plaid_link::json::from_js;
/// use wasm_bindgen::JsValue;
///
/// assert_eq!(from_js(&JsValue::from("Plaid Checking")), "Plaid Checking");
/// ```
#[must_use]
pub fn from_js(value: &JsValue) -> Value {
    read(value, DEEPEST, &mut { MOST })
}

/// Writes a value.
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

/// The text of a value, by the browser's own `JSON.stringify`.
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

/// The value of a text, by the browser's own `JSON.parse`; none if it is not JSON or of another kind.
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

/// Its own entries. A getter or a proxy may throw: what it hides is left out.
fn read_object(value: &JsValue, depth: u32, left: &mut u32) -> Value {
    // Before all else: once this works, asking whether it is an array cannot throw.
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
