//! JavaScript objects that the app passes to the browser.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// Creates an object with these texts.
pub fn object(entries: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        set(&object, key, &(*value).into());
    }
    object
}

/// Sets a property of an object that was created here, which cannot fail.
pub fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}
