//! The one page that all tests of a suite share.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlScriptElement, Window};

/// The window.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn window() -> Window {
    web_sys::window().expect("a window")
}

/// The document.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn document() -> Document {
    window().document().expect("a document")
}

/// The body.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn body() -> HtmlElement {
    document().body().expect("a body")
}

/// Where a script of these words can be had, without a network.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn script_url(source: &str) -> String {
    let url = run(
        "source",
        "return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))",
        &[&source.into()],
    );
    url.as_string().expect("a URL")
}

/// Where there is nothing: the browser reports an error.
#[must_use]
pub fn dead_url() -> String {
    "blob:nowhere/".to_owned() + &js_sys::Math::random().to_string()
}

/// The tags with this `src`.
#[must_use]
pub fn tags(src: &str) -> Vec<HtmlScriptElement> {
    let scripts = document().scripts();
    (0..scripts.length())
        .filter_map(|index| scripts.item(index)?.dyn_into::<HtmlScriptElement>().ok())
        .filter(|script| script.get_attribute("src").as_deref() == Some(src))
        .collect()
}

/// A tag that the host wrote into its page, and that settles only when told to.
#[must_use]
pub fn inert_tag(src: &str) -> HtmlScriptElement {
    let tag: HtmlScriptElement = add("script").unchecked_into();
    tag.set_type("text/plain");
    tag.set_src(src);
    tag
}

/// Has a tag say `load` or `error`.
pub fn settle(tag: &HtmlScriptElement, event: &str) {
    run(
        "tag, name",
        "tag.dispatchEvent(new Event(name))",
        &[tag, &event.into()],
    );
}

/// Adds an element to the body.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn add(tag: &str) -> HtmlElement {
    let element = document().create_element(tag).expect("an element");
    element
        .set_attribute("data-test", "")
        .expect("an attribute");
    body().append_child(&element).expect("added");
    element.unchecked_into()
}

/// How many elements a selector finds.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn count(selector: &str) -> u32 {
    let found = document().query_selector_all(selector);
    found.expect("a selector").length()
}

/// Removes what tests, the loader and the fake may have left in the page.
pub fn clear() {
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
///
/// # Panics
/// When they throw.
pub fn run(arguments: &str, source: &str, values: &[&JsValue]) -> JsValue {
    let function = Function::new_with_args(arguments, source);
    let values: Array = values.iter().copied().collect();
    function
        .apply(&JsValue::UNDEFINED, &values)
        .expect("JavaScript that runs")
}

/// Lets everything run that is due.
///
/// # Panics
/// Outside of a browser.
pub async fn next_task() {
    // Not a timer: a browser makes those that follow each other wait.
    let soon = "return scheduler.postTask(() => {}, { priority: 'background' })";
    let soon = run("", soon, &[]).unchecked_into::<Promise>();
    JsFuture::from(soon).await.expect("its turn comes");
}

/// Waits until something is true.
///
/// # Panics
/// When it has not come true after far longer than it needs.
pub async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = js_sys::Date::now() + 20_000.0;
    while !is_true() {
        assert!(js_sys::Date::now() < deadline, "still waiting: {what}");
        next_task().await;
    }
}
