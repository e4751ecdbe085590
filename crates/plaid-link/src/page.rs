//! What Link does to the page while it is open, and its undoing.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, FocusOptions, HtmlElement, Window};

use crate::dialogs::ModalDialogs;

/// How the page was before Link opened: its scroll lock, its scroll position, its focus and its modal dialogs.
///
/// Link restores the `overflow` that it saw when the handler was *created*, which may be long out of date.
#[derive(Debug)]
pub(crate) struct PageState {
    document: Document,
    /// As `overflow` alone it would say nothing of a page that sets only one of them.
    overflow: Option<[String; 2]>,
    scroll: Scroll,
    focus: Option<HtmlElement>,
    dialogs: ModalDialogs,
}

const OVERFLOW: [&str; 2] = ["overflow-x", "overflow-y"];

impl PageState {
    /// Notes how the page is, and makes way for Link. Once Link has opened, its scroll lock is not the page's own.
    pub(crate) fn make_way(is_unlocked: bool) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let style = document.body()?.style();
        let overflow = is_unlocked
            .then(|| OVERFLOW.map(|key| style.get_property_value(key).unwrap_or_default()));
        let focus = document
            .active_element()
            .and_then(|element| element.dyn_into().ok());
        let scroll = Scroll::now();
        let dialogs = ModalDialogs::step_back(&document, focus.as_ref());
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
        // A dialog that opens takes the focus, even if it had none.
        let has_moved_focus = self.dialogs.step_forward();
        self.scroll.restore();
        if let Some(element) = self.focus.filter(|element| element.is_connected())
            && (has_moved_focus || focus_is_nowhere(&self.document))
        {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }
}

/// Where the page is scrolled to.
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

/// Whether nothing of the page's own has the focus, so that giving it back takes it from nobody.
fn focus_is_nowhere(document: &Document) -> bool {
    document
        .active_element()
        .is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "IFRAME"))
}
