//! A page over our bindings that records their callbacks in `calls`. bench/peer-react/twin.html is the same page over
//! react-plaid-link.

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
    /// The mounted view. It is unmounted on drop.
    static MOUNTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Mounts the hook, with Link's script from this address.
#[wasm_bindgen]
pub fn start(script: String, token: String) {
    let body = document().body().expect_throw("a page has a body");
    let mounted = mount_to(body, move || {
        let token = Signal::stored(Some(LinkToken::new(token)));
        LINK.set(Some(use_plaid_link(token, options(script))));
    });
    MOUNTED.set(Some(Box::new(mounted)));
}

/// Opens Link. Returns false if there is no handler yet.
#[wasm_bindgen]
pub fn open() -> bool {
    LINK.get().is_some_and(|link| link.open().is_ok())
}

/// Closes Link.
#[wasm_bindgen]
pub fn exit(force: bool) {
    if let Some(link) = LINK.get() {
        // Some scenarios have no handler.
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
            record(&["success".into(), token, to_js(&metadata.write())]);
        })
        .on_exit(|error, metadata| {
            let error = error.map_or(JsValue::NULL, |error| to_js(&error.write()));
            record(&["exit".into(), error, to_js(&metadata.write())]);
        })
        .on_event(|name, metadata| {
            let name = name.as_str().into();
            record(&["event".into(), name, to_js(&metadata.write())]);
        })
        .on_load(|| record(&["load".into()]))
}

fn record(call: &[JsValue]) {
    if let Ok(calls) = Reflect::get(&global(), &"calls".into()) {
        let calls: Array = calls.unchecked_into();
        calls.push(&call.iter().collect::<Array>());
    }
}
