//! Text, attributes and click handlers of one type each. Leptos compiles a view once per type, and a browser downloads
//! every copy.

mod text;

use leptos::ev::MouseEvent;

pub use self::text::{Text, text};

/// Returns the value of a boolean attribute, which is present while it is true.
pub fn flag(f: impl Fn() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(f)
}

/// Returns a click handler.
pub fn press(f: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| f())
}
