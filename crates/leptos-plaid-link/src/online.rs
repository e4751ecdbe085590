use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Window;

/// Listens for the browser's word that it is online again, until it is dropped.
///
/// Leptos has a listener of its own, but that one is freed by JavaScript's garbage collector, and until then it keeps
/// what it captures.
pub(crate) struct OnlineListener {
    window: Window,
    heard: Closure<dyn Fn()>,
}

impl OnlineListener {
    pub(crate) fn new(heard: impl Fn() + 'static) -> Option<Self> {
        let (window, heard) = (web_sys::window()?, Closure::<dyn Fn()>::new(heard));
        let _ = window.add_event_listener_with_callback("online", heard.as_ref().unchecked_ref());
        Some(Self { window, heard })
    }
}

impl Drop for OnlineListener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        let _ = self
            .window
            .remove_event_listener_with_callback("online", heard);
    }
}
