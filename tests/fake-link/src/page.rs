//! The page that all tests of a suite share.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlScriptElement, Window};

/// Returns the window.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn window() -> Window {
    web_sys::window().expect("a window")
}

/// Returns the document.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn document() -> Document {
    window().document().expect("a document")
}

/// Returns the body.
///
/// # Panics
/// Outside of a browser.
#[must_use]
pub fn body() -> HtmlElement {
    document().body().expect("a body")
}

/// Returns a URL that serves this script without a network.
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

/// Returns a URL that serves nothing.
#[must_use]
pub fn dead_url() -> String {
    "blob:nowhere/".to_owned() + &js_sys::Math::random().to_string()
}

/// Returns the tags with this `src`.
#[must_use]
pub fn tags(src: &str) -> Vec<HtmlScriptElement> {
    let scripts = document().scripts();
    (0..scripts.length())
        .filter_map(|index| scripts.item(index)?.dyn_into::<HtmlScriptElement>().ok())
        .filter(|script| script.get_attribute("src").as_deref() == Some(src))
        .collect()
}

/// Adds a tag that neither loads nor fails until `settle`.
#[must_use]
pub fn inert_tag(src: &str) -> HtmlScriptElement {
    let tag: HtmlScriptElement = add("script").unchecked_into();
    tag.set_type("text/plain");
    tag.set_src(src);
    tag
}

/// Dispatches `load` or `error` on a tag.
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

/// Returns the number of elements that match a selector.
///
/// # Panics
/// When the selector is invalid.
#[must_use]
pub fn count(selector: &str) -> u32 {
    let found = document().query_selector_all(selector);
    found.expect("a selector").length()
}

/// Replaces each text node in an element by an element with a copy, as a browser does that translates the page.
pub fn translate(element: &HtmlElement) {
    run(
        "element",
        r"
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        const found = [];
        while (texts.nextNode()) found.push(texts.currentNode);
        for (const text of found) {
            const copy = document.createElement('font');
            copy.append(text.data);
            text.replaceWith(copy);
        }
        ",
        &[element],
    );
}

/// Fires the next timer of this many milliseconds at once.
pub fn hasten_timer(milliseconds: u32) {
    run(
        "awaited",
        r"
        const real = window.setTimeout;
        window.setTimeout = (f, delay) => {
            if (delay !== awaited) return real(f, delay);
            window.setTimeout = real;
            return real(f, 0);
        };
        ",
        &[&milliseconds.into()],
    );
}

/// Removes everything that tests, the loader and the fake may have added to the page.
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

/// Runs a JavaScript function body.
///
/// # Panics
/// When it throws.
pub fn run(arguments: &str, source: &str, values: &[&JsValue]) -> JsValue {
    let function = Function::new_with_args(arguments, source);
    let values: Array = values.iter().copied().collect();
    function
        .apply(&JsValue::UNDEFINED, &values)
        .expect("JavaScript that runs")
}

/// Waits until all due tasks have run.
///
/// # Panics
/// Outside of a browser.
pub async fn next_task() {
    // Not a timer: a browser delays nested timers.
    let soon = "return scheduler.postTask(() => {}, { priority: 'background' })";
    let soon = run("", soon, &[]).unchecked_into::<Promise>();
    JsFuture::from(soon).await.expect("its turn comes");
}

/// Waits for a condition.
///
/// # Panics
/// When it is not met before a generous deadline.
pub async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = js_sys::Date::now() + 20_000.0;
    while !is_true() {
        assert!(js_sys::Date::now() < deadline, "still waiting: {what}");
        next_task().await;
    }
}
