//! Modal dialogs of the host: while one is open, everything outside of it is inert, and Link stands outside.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AddEventListenerOptions, Document, HtmlDialogElement, HtmlElement};

/// The dialogs that were modal when Link opened.
#[derive(Debug)]
pub(crate) struct ModalDialogs(Vec<HtmlDialogElement>);

impl ModalDialogs {
    /// Leaves them open, but modal no longer.
    pub(crate) fn step_back(document: &Document, focus: Option<&HtmlElement>) -> Self {
        let found = document.query_selector_all("dialog:modal").ok();
        let dialogs = found.map(|found| {
            (0..found.length())
                .filter_map(|index| found.item(index)?.dyn_into().ok())
                .collect()
        });
        let mut dialogs = Self(dialogs.unwrap_or_default());
        // Only the one on top can have the focus; what else opened when, the page does not say.
        let is_on_top = |dialog: &HtmlDialogElement| dialog.contains(focus.map(AsRef::as_ref));
        if let Some(top) = dialogs.0.iter().rposition(is_on_top) {
            let top = dialogs.0.remove(top);
            dialogs.0.push(top);
        }
        for dialog in &dialogs.0 {
            close_unheard(dialog);
            dialog.show();
        }
        dialogs
    }

    /// Makes modal again what is still open; whether there was any.
    pub(crate) fn step_forward(&self) -> bool {
        let open: Vec<_> = self.0.iter().filter(|dialog| dialog.open()).collect();
        for dialog in &open {
            // Not by `close`, of which the host would hear: only a modal dialog needs it.
            let _ = dialog.remove_attribute("open");
            let _ = dialog.show_modal();
        }
        !open.is_empty()
    }
}

/// Closes a dialog, and keeps it from the host, for whom it never closed.
fn close_unheard(dialog: &HtmlDialogElement) {
    if let Some(silence) = silence() {
        let first = AddEventListenerOptions::new();
        first.set_capture(true);
        first.set_once(true);
        let _ = dialog.add_event_listener_with_callback_and_add_event_listener_options(
            "close", &silence, &first,
        );
    }
    dialog.close();
}

/// A function that ends the event that it is given: `call`, bound to `stopImmediatePropagation`. It belongs to JavaScript, so
/// nobody has to keep it.
fn silence() -> Option<Function> {
    let get = |of: &JsValue, key: &str| Reflect::get(of, &key.into()).ok();
    let events = get(&get(&js_sys::global(), "Event")?, "prototype")?;
    let stop = get(&events, "stopImmediatePropagation")?;
    let call: Function = get(&stop, "call")?.dyn_into().ok()?;
    Some(call.bind0(&stop))
}
