//! Modal dialogs of the host. While one is open, everything outside it is inert, and Link is outside it.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AddEventListenerOptions, Document, HtmlDialogElement, HtmlElement};

/// The dialogs that were modal when Link opened.
#[derive(Debug)]
pub(crate) struct ModalDialogs(Vec<HtmlDialogElement>);

impl ModalDialogs {
    /// Makes the modal dialogs non-modal. They stay open.
    pub(crate) fn make_non_modal(document: &Document, focus: Option<&HtmlElement>) -> Self {
        let found = document.query_selector_all("dialog:modal").ok();
        let dialogs = found.map(|found| {
            (0..found.length())
                .filter_map(|index| found.item(index)?.dyn_into().ok())
                .collect()
        });
        let mut dialogs = Self(dialogs.unwrap_or_default());
        // Only the dialog on top can have the focus. The page does not tell the order of the others.
        let is_on_top = |dialog: &HtmlDialogElement| dialog.contains(focus.map(AsRef::as_ref));
        if let Some(top) = dialogs.0.iter().rposition(is_on_top) {
            let top = dialogs.0.remove(top);
            dialogs.0.push(top);
        }
        for dialog in &dialogs.0 {
            close_silently(dialog);
            dialog.show();
        }
        dialogs
    }

    /// Makes the dialogs that are still open modal again. Returns whether there was any.
    pub(crate) fn make_modal(&self) -> bool {
        let open: Vec<_> = self.0.iter().filter(|dialog| dialog.open()).collect();
        for dialog in &open {
            // Without `close`, which would send the host an event: only a modal dialog needs it.
            let _ = dialog.remove_attribute("open");
            let _ = dialog.show_modal();
        }
        !open.is_empty()
    }
}

/// Closes a dialog without an event to the host.
fn close_silently(dialog: &HtmlDialogElement) {
    if let Some(stop) = event_stopper() {
        let first = AddEventListenerOptions::new();
        first.set_capture(true);
        first.set_once(true);
        let _ = dialog.add_event_listener_with_callback_and_add_event_listener_options(
            "close", &stop, &first,
        );
    }
    dialog.close();
}

/// Returns a function that stops the event it is called with: `call`, bound to `stopImmediatePropagation`. JavaScript
/// owns it, so it outlives this call.
fn event_stopper() -> Option<Function> {
    let get = |of: &JsValue, key: &str| Reflect::get(of, &key.into()).ok();
    let events = get(&get(&js_sys::global(), "Event")?, "prototype")?;
    let stop = get(&events, "stopImmediatePropagation")?;
    let call: Function = get(&stop, "call")?.dyn_into().ok()?;
    Some(call.bind0(&stop))
}
