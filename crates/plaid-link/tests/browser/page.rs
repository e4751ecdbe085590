//! The one page that all tests share.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlScriptElement, Window};

pub(crate) fn window() -> Window {
    web_sys::window().expect("a window")
}

pub(crate) fn document() -> Document {
    window().document().expect("a document")
}

pub(crate) fn body() -> HtmlElement {
    document().body().expect("a body")
}

/// Where a script of these words can be had, without a network.
pub(crate) fn script_url(source: &str) -> String {
    let url = run(
        "source",
        "return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))",
        &[&source.into()],
    );
    url.as_string().expect("a URL")
}

/// Where there is nothing: the browser reports an error.
pub(crate) fn dead_url() -> String {
    "blob:nowhere/".to_owned() + &js_sys::Math::random().to_string()
}

/// The tags with this `src`.
pub(crate) fn tags(src: &str) -> Vec<HtmlScriptElement> {
    let scripts = document().scripts();
    (0..scripts.length())
        .filter_map(|index| scripts.item(index)?.dyn_into::<HtmlScriptElement>().ok())
        .filter(|script| script.get_attribute("src").as_deref() == Some(src))
        .collect()
}

/// Adds an element to the body.
pub(crate) fn add(tag: &str) -> HtmlElement {
    let element = document().create_element(tag).expect("an element");
    element
        .set_attribute("data-test", "")
        .expect("an attribute");
    body().append_child(&element).expect("added");
    element.unchecked_into()
}

/// Removes what tests, the loader and the fake may have left in the page.
pub(crate) fn clear() {
    run(
        "",
        r"
        delete window.Plaid;
        delete window.fakeLink;
        for (const left of document.querySelectorAll(
            `script[src^='blob:'], iframe[title='Plaid Link'], [data-test]`)) left.remove();
        document.body.style.overflow = '';
        ",
        &[],
    );
}

/// Runs a few words of JavaScript.
pub(crate) fn run(arguments: &str, source: &str, values: &[&JsValue]) -> JsValue {
    let function = js_sys::Function::new_with_args(arguments, source);
    let values: js_sys::Array = values.iter().copied().collect();
    function
        .apply(&JsValue::UNDEFINED, &values)
        .expect("JavaScript that runs")
}

/// Lets everything run that is due.
pub(crate) async fn next_task() {
    let soon = js_sys::Promise::new(&mut |resolve, _| {
        window()
            .set_timeout_with_callback(&resolve)
            .expect("a timer");
    });
    JsFuture::from(soon).await.expect("a timer goes off");
}
