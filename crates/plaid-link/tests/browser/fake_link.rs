//! The fake Link of these tests, and how to drive it.
#![allow(unsafe_code, reason = "the macro of wasm-bindgen expands to it")]

use std::cell::RefCell;
use std::rc::Rc;

use plaid_link::{LoadOptions, Plaid};
use wasm_bindgen::prelude::*;

use crate::page;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = fakeLink, js_name = calls)]
    fn raw_calls() -> Vec<String>;
    #[wasm_bindgen(js_namespace = fakeLink)]
    fn keys(number: u32) -> Vec<String>;
    #[wasm_bindgen(js_namespace = fakeLink)]
    fn frames() -> u32;
    #[wasm_bindgen(js_namespace = fakeLink)]
    fn refuse(method: &str, thrown: &JsValue);
    #[wasm_bindgen(js_namespace = fakeLink)]
    fn accept(method: &str);
    #[wasm_bindgen(js_namespace = fakeLink, js_name = answerAtOnce)]
    fn answer_at_once(callback: &str);
    #[wasm_bindgen(js_namespace = fakeLink)]
    fn say(number: u32, callback: &str, first: &JsValue, second: &JsValue);
}

/// The script of the fake.
pub(crate) const SCRIPT: &str = include_str!("fake_link.js");

/// The token of tests that are about something else.
pub(crate) const TOKEN: &str = "link-test-1";

/// The fake in the page; on drop the page is as it was.
pub(crate) struct FakeLink {
    pub(crate) plaid: Plaid,
}

impl FakeLink {
    pub(crate) async fn load() -> Self {
        page::clear();
        let options = LoadOptions {
            src: page::script_url(SCRIPT),
            ..LoadOptions::default()
        };
        let plaid = plaid_link::load(&options).await.expect("the fake loads");
        Self { plaid }
    }

    /// What was asked of it since the last time: the handler's number, the method, the argument as JSON.
    pub(crate) fn calls(&self) -> Vec<String> {
        raw_calls()
    }

    /// The keys of the configuration that a handler was created with.
    pub(crate) fn keys(&self, handler: u32) -> Vec<String> {
        keys(handler)
    }

    pub(crate) fn frames(&self) -> u32 {
        frames()
    }

    /// From now on a method throws.
    pub(crate) fn refuse(&self, method: &str, thrown: &JsValue) {
        refuse(method, thrown);
    }

    pub(crate) fn accept(&self, method: &str) {
        accept(method);
    }

    /// From now on `destroy` and a forced `exit` call back before they return.
    pub(crate) fn answer_at_once(&self, callback: &str) {
        answer_at_once(callback);
    }

    /// Calls a callback of a handler, as Link does; whatever the callback throws fails the test.
    pub(crate) fn say(&self, handler: u32, callback: &str, first: &JsValue, second: &JsValue) {
        say(handler, callback, first, second);
    }

    pub(crate) fn succeed(&self, handler: u32) {
        self.say(handler, "onSuccess", &"public-test-1".into(), &js("{}"));
    }

    pub(crate) fn leave(&self, handler: u32) {
        self.say(handler, "onExit", &JsValue::NULL, &js("{}"));
    }

    pub(crate) fn tell(&self, handler: u32, event: &str) {
        self.say(handler, "onEvent", &event.into(), &js("{}"));
    }
}

impl Drop for FakeLink {
    fn drop(&mut self) {
        page::clear();
    }
}

/// The value of an expression in JavaScript.
pub(crate) fn js(source: &str) -> JsValue {
    js_sys::eval(&format!("({source})")).expect("JavaScript that runs")
}

/// What callbacks were called with, in order.
#[derive(Clone, Default)]
pub(crate) struct Diary(Rc<RefCell<Vec<String>>>);

impl Diary {
    pub(crate) fn write(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// The lines since the last time.
    pub(crate) fn read(&self) -> Vec<String> {
        self.0.take()
    }

    /// How many hold on to it.
    pub(crate) fn holders(&self) -> usize {
        Rc::strong_count(&self.0)
    }

    /// Callbacks that write down their names.
    pub(crate) fn callbacks(&self, who: &str) -> plaid_link::Callbacks {
        let line = |name: &str| {
            let (diary, line) = (self.clone(), format!("{who}{name}"));
            move || diary.write(line.clone())
        };
        let (success, exit, event) = (line("success"), line("exit"), line("event"));
        plaid_link::Callbacks::default()
            .on_success(move |_, _| success())
            .on_exit(move |_, _| exit())
            .on_event(move |_, _| event())
            .on_load(line("load"))
    }
}

/// How many JavaScript values Rust holds on to, rounded up: the table that it keeps them in.
pub(crate) fn held_values() -> u32 {
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
