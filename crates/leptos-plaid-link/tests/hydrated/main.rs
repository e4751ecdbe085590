//! Hydration of a server-rendered page.
#![cfg(target_arch = "wasm32")]

mod page;

use fake_link::{FakeLink, page::until};
use leptos::mount::hydrate_from;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_plaid_link::UsePlaidLinkOptions;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_server_rendered_button_opens_link() {
    let fake = FakeLink::offer();
    let root: HtmlElement = document()
        .create_element("div")
        .expect("an element")
        .unchecked_into();
    let body = document().body().expect("a page");
    body.append_child(&root).expect("a child");
    root.set_inner_html(page::HTML);
    let button = root.query_selector("button").ok().flatten();
    let button: HtmlElement = button.expect("a button").unchecked_into();
    assert!(button.has_attribute("disabled"));

    let options = UsePlaidLinkOptions::default().load(fake.options.clone());
    let hydrated = hydrate_from(root.clone(), move || page::page(options));
    until("ready", || !button.has_attribute("disabled")).await;
    assert!(button.is_connected(), "the button of the server is used");
    button.click();
    until("open", || {
        fake.calls().iter().any(|call| call.ends_with("open"))
    })
    .await;

    drop(hydrated);
    root.remove();
}
