//! What Link does to the page while it is open, and its undoing.

use wasm_bindgen::JsCast;
use web_sys::{Document, FocusOptions, HtmlElement, Window};

use crate::dialogs::ModalDialogs;

/// How the page was before Link opened: its scroll lock, its scroll position, its focus and its modal dialogs.
///
/// Link restores the `overflow` that it saw when the handler was *created*, which may be long out of date.
#[derive(Debug)]
pub(crate) struct PageState {
    window: Window,
    document: Document,
    overflow: String,
    scroll: (f64, f64),
    focus: Option<HtmlElement>,
    dialogs: ModalDialogs,
}

impl PageState {
    /// Notes how the page is, and makes way for Link.
    pub(crate) fn make_way() -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let overflow = document
            .body()?
            .style()
            .get_property_value("overflow")
            .unwrap_or_default();
        let focus = document
            .active_element()
            .and_then(|element| element.dyn_into().ok());
        let scroll = scroll_of(&window);
        let dialogs = ModalDialogs::step_back(&document);
        Some(Self {
            window,
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
        let _ = body.style().set_property("overflow", &self.overflow);
        // A dialog that opens takes the focus, even if it had none.
        let has_moved_focus = self.dialogs.step_forward();
        let (x, y) = self.scroll;
        if scroll_of(&self.window) != self.scroll {
            self.window.scroll_to_with_x_and_y(x, y);
        }
        if let Some(element) = self.focus.filter(|element| element.is_connected())
            && (has_moved_focus || focus_is_nowhere(&self.document))
        {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }
}

fn scroll_of(window: &Window) -> (f64, f64) {
    (
        window.scroll_x().unwrap_or_default(),
        window.scroll_y().unwrap_or_default(),
    )
}

/// Whether nothing of the page's own has the focus, so that giving it back takes it from nobody.
fn focus_is_nowhere(document: &Document) -> bool {
    document
        .active_element()
        .is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "IFRAME"))
}
