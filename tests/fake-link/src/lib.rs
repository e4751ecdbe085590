//! A fake of Link for browser tests, and the page that the tests share.

mod call_log;
mod footprint;
pub mod page;

use std::cell::OnceCell;

use js_sys::{Array, Function, Reflect};
use plaid_link::{LoadOptions, Plaid};
use wasm_bindgen::{JsCast, JsValue};

pub use call_log::CallLog;
pub use footprint::{Footprint, Listeners};

/// The script of the fake.
pub const SCRIPT: &str = include_str!("fake_link.js");

/// A valid Link token.
pub const TOKEN: &str = "link-test-1";

/// A fake of Link. Dropping it clears the page.
#[derive(Debug)]
pub struct FakeLink {
    /// The options that load its script.
    pub options: LoadOptions,
    plaid: OnceCell<Plaid>,
}

impl FakeLink {
    /// Clears the page and creates the script without loading it.
    #[must_use]
    pub fn offer() -> Self {
        page::clear();
        let options = LoadOptions {
            src: page::script_url(SCRIPT),
            ..LoadOptions::default()
        };
        Self {
            options,
            plaid: OnceCell::new(),
        }
    }

    /// Clears the page and loads the script.
    ///
    /// # Panics
    /// When the script does not load.
    pub async fn load() -> Self {
        let fake = Self::offer();
        let plaid = plaid_link::load(&fake.options)
            .await
            .expect("the fake loads");
        fake.plaid.get_or_init(|| plaid);
        fake
    }

    /// Returns `window.Plaid`.
    ///
    /// # Panics
    /// When the script was not loaded.
    #[must_use]
    pub fn plaid(&self) -> &Plaid {
        self.plaid.get().expect("the fake is loaded")
    }

    /// Takes the calls since the last read: the handler's number, the method, the argument as JSON.
    pub fn calls(&self) -> Vec<String> {
        // A fake that is not loaded has no calls.
        let is_there = Reflect::has(&page::window(), &"fakeLink".into()) == Ok(true);
        let calls = is_there.then(|| strings(&call("calls", &[])));
        calls.unwrap_or_default()
    }

    /// Returns the keys of a handler's configuration.
    #[must_use]
    pub fn keys(&self, handler: u32) -> Vec<String> {
        strings(&call("keys", &[handler.into()]))
    }

    /// Returns the number of its frames in the page.
    #[must_use]
    pub fn frames(&self) -> u32 {
        page::count("iframe[title='Plaid Link']")
    }

    /// Releases a handler that is not called back any longer.
    pub fn forget(&self, handler: u32) {
        call("forget", &[handler.into()]);
    }

    /// Makes a method throw.
    pub fn refuse(&self, method: &str, thrown: &JsValue) {
        call("refuse", &[method.into(), thrown.clone()]);
    }

    /// Makes a method work again.
    pub fn accept(&self, method: &str) {
        call("accept", &[method.into()]);
    }

    /// Sets whether a content blocker stops the frames of Link.
    pub fn block_frames(&self, are_blocked: bool) {
        call("blockFrames", &[are_blocked.into()]);
    }

    /// Makes `destroy` and a forced `exit` call back before they return.
    pub fn call_back_at_once(&self, callback: &str) {
        call("callBackAtOnce", &[callback.into()]);
    }

    /// Calls a callback of a handler, as Link does. An exception of the callback fails the test.
    pub fn call_back(&self, handler: u32, callback: &str, first: &JsValue, second: &JsValue) {
        let arguments = [
            handler.into(),
            callback.into(),
            first.clone(),
            second.clone(),
        ];
        call("callBack", &arguments);
    }

    /// Calls `onSuccess`: the user has linked an Item.
    pub fn succeed(&self, handler: u32) {
        self.call_back(handler, "onSuccess", &"public-test-1".into(), &js("{}"));
    }

    /// Calls `onExit`: the user has left.
    pub fn leave(&self, handler: u32) {
        self.call_back(handler, "onExit", &JsValue::NULL, &js("{}"));
    }

    /// Calls `onEvent` with this event.
    pub fn emit(&self, handler: u32, event: &str) {
        self.call_back(handler, "onEvent", &event.into(), &js("{}"));
    }
}

impl Drop for FakeLink {
    fn drop(&mut self) {
        page::clear();
    }
}

/// Evaluates a JavaScript expression.
///
/// # Panics
/// When it throws.
#[must_use]
pub fn js(source: &str) -> JsValue {
    js_sys::eval(&format!("({source})")).expect("JavaScript that runs")
}

/// Returns the size of wasm-bindgen's table of JavaScript values: how many Rust holds, rounded up.
///
/// # Panics
/// When there is no table.
#[must_use]
pub fn held_values() -> u32 {
    let exports = wasm_bindgen::exports();
    let tables: Vec<u32> = js_sys::Object::values(exports.unchecked_ref())
        .iter()
        .filter_map(|export: JsValue| export.dyn_into::<js_sys::WebAssembly::Table>().ok())
        .map(|table| table.length())
        .collect();
    assert!(
        !tables.is_empty(),
        "wasm-bindgen keeps its values in a table"
    );
    tables.iter().sum()
}

/// Calls a function of `window.fakeLink`.
fn call(function: &str, arguments: &[JsValue]) -> JsValue {
    let fake = Reflect::get(&page::window(), &"fakeLink".into()).expect("a window");
    let function = Reflect::get(&fake, &function.into())
        .expect("the fake has loaded")
        .unchecked_into::<Function>();
    function
        .apply(&fake, &arguments.iter().collect::<Array>())
        .expect("no callback throws")
}

fn strings(array: &JsValue) -> Vec<String> {
    Array::from(array)
        .iter()
        .filter_map(|value| value.as_string())
        .collect()
}
