//! The heading of the page, which takes the focus when the focused element goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The id of the heading.
pub const ID: &str = "heading";

/// Moves the focus to the heading.
pub fn focus() {
    let element = document().get_element_by_id(ID);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
