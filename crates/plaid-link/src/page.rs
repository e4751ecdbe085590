//! The state of the page that Link changes while it is open.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, FocusOptions, HtmlElement, Window};

use crate::dialogs::ModalDialogs;

/// The page before Link opened: its scroll lock, scroll position, focus and modal dialogs.
///
/// Link itself restores the `overflow` from when the handler was *created*, which may be out of date.
#[derive(Debug)]
pub(crate) struct PageState {
    document: Document,
    /// Both properties, since `overflow` is empty on a page that sets only one of them.
    overflow: Option<[String; 2]>,
    scroll: Scroll,
    focus: Option<HtmlElement>,
    dialogs: ModalDialogs,
}

const OVERFLOW: [&str; 2] = ["overflow-x", "overflow-y"];

impl PageState {
    /// Captures the state of the page and makes its dialogs non-modal. The scroll lock is captured only if Link has not set
    /// its own yet.
    pub(crate) fn capture(is_unlocked: bool) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let style = document.body()?.style();
        let overflow = is_unlocked
            .then(|| OVERFLOW.map(|key| style.get_property_value(key).unwrap_or_default()));
        let focus = document
            .active_element()
            .and_then(|element| element.dyn_into().ok());
        let scroll = Scroll::now();
        let dialogs = ModalDialogs::make_non_modal(&document, focus.as_ref());
        Some(Self {
            document,
            overflow,
            scroll,
            focus,
            dialogs,
        })
    }

    pub(crate) fn restore(self) {
        let Some(body) = self.document.body() else {
            return;
        };
        for (key, value) in OVERFLOW.iter().zip(self.overflow.iter().flatten()) {
            let _ = body.style().set_property(key, value);
        }
        // A dialog that becomes modal takes the focus, even if it did not have it before.
        let has_moved_focus = self.dialogs.make_modal();
        self.scroll.restore();
        if let Some(element) = self.focus.filter(|element| element.is_connected())
            && (has_moved_focus || !page_has_focus(&self.document))
        {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }
}

/// The scroll position of the page.
#[derive(Debug, PartialEq)]
pub(crate) struct Scroll {
    x: f64,
    y: f64,
}

impl Scroll {
    pub(crate) fn now() -> Self {
        let of = |position: fn(&Window) -> Result<f64, JsValue>| {
            web_sys::window().and_then(|window| position(&window).ok())
        };
        Self {
            x: of(Window::scroll_x).unwrap_or_default(),
            y: of(Window::scroll_y).unwrap_or_default(),
        }
    }

    pub(crate) fn restore(&self) {
        if let Some(window) = web_sys::window().filter(|_| Self::now() != *self) {
            window.scroll_to_with_x_and_y(self.x, self.y);
        }
    }
}

/// Returns whether an element of the page has the focus, rather than the body or Link's frame.
fn page_has_focus(document: &Document) -> bool {
    document
        .active_element()
        .is_some_and(|element| !matches!(element.tag_name().as_str(), "BODY" | "IFRAME"))
}
