//! A page that drives our bindings and keeps what they call in `calls`; bench/peer-react/twin.html is the same page
//! over react-plaid-link.

use std::any::Any;
use std::cell::RefCell;

use js_sys::{Array, Reflect, global};
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::json::Json;
use leptos_plaid_link::plaid_types::{LinkToken, PublicToken};
use leptos_plaid_link::{
    ExitOptions, LoadOptions, UsePlaidLinkOptions, UsePlaidLinkReturn, use_plaid_link,
};
use plaid_link::json::to_js;
use wasm_bindgen::prelude::*;

thread_local! {
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
}

struct Page {
    link: UsePlaidLinkReturn,
    /// Unmounts on drop.
    _mounted: Box<dyn Any>,
}

/// Mounts the hook, with Link's script from here.
#[wasm_bindgen]
pub fn start(script: String, token: String) {
    let mut link = None;
    let mounted = mount_to_body(|| {
        let token = Signal::stored(Some(LinkToken::new(token)));
        link = Some(use_plaid_link(token, options(script)));
    });
    PAGE.set(link.map(|link| Page {
        link,
        _mounted: Box::new(mounted),
    }));
}

/// Opens Link. Before there is a handler it says false.
#[wasm_bindgen]
pub fn open() -> bool {
    link().is_some_and(|link| link.open().is_ok())
}

/// Closes Link.
#[wasm_bindgen]
pub fn exit(force: bool) {
    if let Some(link) = link() {
        // That there is no handler is what some scenarios are about.
        let _ = link.exit(ExitOptions { force });
    }
}

/// Unmounts the hook.
#[wasm_bindgen]
pub fn stop() {
    drop(PAGE.take());
}

fn options(script: String) -> UsePlaidLinkOptions {
    UsePlaidLinkOptions::default()
        .load(LoadOptions {
            src: script,
            ..LoadOptions::default()
        })
        .on_success(|token, metadata| {
            let token = token.as_ref().map(PublicToken::as_str);
            keep(&["success".into(), token.into(), to_js(&metadata.write())]);
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
    let calls = Reflect::get(&global(), &"calls".into()).map(Array::from);
    if let Ok(calls) = calls {
        calls.push(&call.iter().collect::<Array>());
    }
}

fn link() -> Option<UsePlaidLinkReturn> {
    PAGE.with_borrow(|page| page.as_ref().map(|page| page.link))
}
