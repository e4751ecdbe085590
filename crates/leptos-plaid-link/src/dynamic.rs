//! Text, attributes and click handlers of one boxed type each. Leptos compiles a view once per type, and a browser
//! downloads every copy.

use leptos::ev::MouseEvent;

/// Returns text that changes with the signals it reads, for `prop:textContent` of an element without other content.
///
/// As a child it would be a text node, which a browser that translates the page replaces: later changes would be lost.
pub fn text(f: impl Fn() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(f)
}

/// Returns the value of a boolean attribute, which is present while it is true.
pub fn flag(f: impl Fn() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(f)
}

/// Returns a click handler.
pub fn press(f: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| f())
}
