//! A Link that does what a test tells it, and the page that browser tests share.

mod diary;
mod footprint;
pub mod page;

use std::cell::OnceCell;

use js_sys::{Array, Function, Reflect};
use plaid_link::{LoadOptions, Plaid};
use wasm_bindgen::{JsCast, JsValue};

pub use diary::Diary;
pub use footprint::{Footprint, Listeners};

/// The script of the fake.
pub const SCRIPT: &str = include_str!("fake_link.js");

/// The token of tests that are about something else.
pub const TOKEN: &str = "link-test-1";

/// The fake, which is in the page once its script has run; on drop the page is as it was.
#[derive(Debug)]
pub struct FakeLink {
    /// Where its script is.
    pub options: LoadOptions,
    plaid: OnceCell<Plaid>,
}

impl FakeLink {
    /// Clears the page and offers the script, which nobody has loaded yet.
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
    /// When it does not load.
    pub async fn load() -> Self {
        let fake = Self::offer();
        let plaid = plaid_link::load(&fake.options)
            .await
            .expect("the fake loads");
        fake.plaid.get_or_init(|| plaid);
        fake
    }

    /// `window.Plaid`.
    ///
    /// # Panics
    /// When it was only offered.
    #[must_use]
    pub fn plaid(&self) -> &Plaid {
        self.plaid.get().expect("the fake is loaded")
    }

    /// What was asked of it since the last time: the handler's number, the method, the argument as JSON.
    pub fn calls(&self) -> Vec<String> {
        // Nobody can have asked what has not been loaded.
        let is_there = Reflect::has(&page::window(), &"fakeLink".into()) == Ok(true);
        let calls = is_there.then(|| strings(&ask("calls", &[])));
        calls.unwrap_or_default()
    }

    /// The keys of the configuration that a handler was created with.
    #[must_use]
    pub fn keys(&self, handler: u32) -> Vec<String> {
        strings(&ask("keys", &[handler.into()]))
    }

    /// How many frames of its handlers are in the page.
    #[must_use]
    pub fn frames(&self) -> u32 {
        page::count("iframe[title='Plaid Link']")
    }

    /// Nothing more will be said to a handler; without this the fake keeps it, to call it late.
    pub fn forget(&self, handler: u32) {
        ask("forget", &[handler.into()]);
    }

    /// From now on a method throws.
    pub fn refuse(&self, method: &str, thrown: &JsValue) {
        ask("refuse", &[method.into(), thrown.clone()]);
    }

    /// A method does as it is told again.
    pub fn accept(&self, method: &str) {
        ask("accept", &[method.into()]);
    }

    /// From now on `destroy` and a forced `exit` call back before they return.
    pub fn answer_at_once(&self, callback: &str) {
        ask("answerAtOnce", &[callback.into()]);
    }

    /// Calls a callback of a handler, as Link does; whatever the callback throws fails the test.
    pub fn say(&self, handler: u32, callback: &str, first: &JsValue, second: &JsValue) {
        let call = [
            handler.into(),
            callback.into(),
            first.clone(),
            second.clone(),
        ];
        ask("say", &call);
    }

    /// The user has linked an Item.
    pub fn succeed(&self, handler: u32) {
        self.say(handler, "onSuccess", &"public-test-1".into(), &js("{}"));
    }

    /// The user has left.
    pub fn leave(&self, handler: u32) {
        self.say(handler, "onExit", &JsValue::NULL, &js("{}"));
    }

    /// Something has happened in Link.
    pub fn tell(&self, handler: u32, event: &str) {
        self.say(handler, "onEvent", &event.into(), &js("{}"));
    }
}

impl Drop for FakeLink {
    fn drop(&mut self) {
        page::clear();
    }
}

/// The value of an expression in JavaScript.
///
/// # Panics
/// When it throws.
#[must_use]
pub fn js(source: &str) -> JsValue {
    js_sys::eval(&format!("({source})")).expect("JavaScript that runs")
}

/// How many JavaScript values Rust holds on to, rounded up: the table that it keeps them in.
///
/// # Panics
/// When there is none.
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
fn ask(function: &str, arguments: &[JsValue]) -> JsValue {
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
