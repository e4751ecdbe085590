//! Text, flags and clicks, each of one type: a view is compiled once a type, and a browser pays for each.

use leptos::ev::MouseEvent;

/// Text that changes.
pub(crate) fn text(f: impl Fn() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(f)
}

/// An attribute that comes and goes.
pub(crate) fn flag(f: impl Fn() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(f)
}

/// What a click does.
pub(crate) fn press(f: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| f())
}
