//! The foreign functions of Link's JavaScript: the only `extern` block of the workspace.
#![allow(
    unsafe_code,
    reason = "the macro of wasm-bindgen expands to unsafe code"
)]

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    /// `window.Plaid`.
    #[derive(Clone, Debug)]
    pub(crate) type PlaidGlobal;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn create(this: &PlaidGlobal, config: &Object) -> Result<RawHandler, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createEmbedded)]
    pub(crate) fn create_embedded(
        this: &PlaidGlobal,
        config: &Object,
        element: &HtmlElement,
    ) -> Result<RawHandler, JsValue>;

    /// Link's handler. That of `createEmbedded` has `destroy` only.
    #[derive(Clone, Debug)]
    pub(crate) type RawHandler;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn open(this: &RawHandler) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn exit(this: &RawHandler, options: &Object) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn submit(this: &RawHandler, data: &Object) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn destroy(this: &RawHandler) -> Result<(), JsValue>;
}

/// Returns `window.Plaid`, which exists once the script has run.
pub(crate) fn plaid_global() -> Option<PlaidGlobal> {
    let global = Reflect::get(&js_sys::global(), &"Plaid".into()).ok()?;
    global.is_object().then(|| global.unchecked_into())
}

/// Sets a property of an object that was created here, which cannot fail.
pub(crate) fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}
