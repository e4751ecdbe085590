//! A page that drives our bindings and keeps what they call in `calls`; bench/peer-react/twin.html is the same page
//! over react-plaid-link.

use std::any::Any;
use std::cell::{Cell, RefCell};

use js_sys::{Array, Reflect, global};
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::json::Json;
use leptos_plaid_link::plaid_types::{LinkToken, PublicToken};
use leptos_plaid_link::{
    ExitOptions, LoadOptions, UsePlaidLinkOptions, UsePlaidLinkReturn, use_plaid_link,
};
use plaid_link::json::to_js;
use wasm_bindgen::prelude::*;

thread_local! {
    static LINK: Cell<Option<UsePlaidLinkReturn>> = const { Cell::new(None) };
    /// Unmounts on drop.
    static MOUNTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Mounts the hook, with Link's script from here.
#[wasm_bindgen]
pub fn start(script: String, token: String) {
    let body = document().body().expect_throw("a page has a body");
    let mounted = mount_to(body, move || {
        let token = Signal::stored(Some(LinkToken::new(token)));
        LINK.set(Some(use_plaid_link(token, options(script))));
    });
    MOUNTED.set(Some(Box::new(mounted)));
}

/// Opens Link. Before there is a handler it says false.
#[wasm_bindgen]
pub fn open() -> bool {
    LINK.get().is_some_and(|link| link.open().is_ok())
}

/// Closes Link.
#[wasm_bindgen]
pub fn exit(force: bool) {
    if let Some(link) = LINK.get() {
        // That there is no handler is what some scenarios are about.
        let _ = link.exit(ExitOptions { force });
    }
}

/// Unmounts the hook.
#[wasm_bindgen]
pub fn stop() {
    drop(MOUNTED.take());
}

fn options(script: String) -> UsePlaidLinkOptions {
    UsePlaidLinkOptions::default()
        .load(LoadOptions {
            src: script,
            ..LoadOptions::default()
        })
        .on_success(|token, metadata| {
            let token = token.as_ref().map(PublicToken::as_str);
            let token = token.map_or(JsValue::NULL, JsValue::from);
            keep(&["success".into(), token, to_js(&metadata.write())]);
        })
        .on_exit(|error, metadata| {
            let error = error.map_or(JsValue::NULL, |error| to_js(&error.write()));
            keep(&["exit".into(), error, to_js(&metadata.write())]);
        })
        .on_event(|name, metadata| {
            let name = name.as_str().into();
            keep(&["event".into(), name, to_js(&metadata.write())]);
        })
        .on_load(|| keep(&["load".into()]))
}

fn keep(call: &[JsValue]) {
    if let Ok(calls) = Reflect::get(&global(), &"calls".into()) {
        let calls: Array = calls.unchecked_into();
        calls.push(&call.iter().collect::<Array>());
    }
}
