//! A listener for the browser's `online` event.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Window;

/// A listener for the browser's `online` event. It is removed on drop.
///
/// Leptos has a listener too, but the garbage collector of JavaScript frees that one late, with everything that it
/// captures.
pub(crate) struct OnlineListener {
    window: Window,
    on_online: Closure<dyn Fn()>,
}

impl OnlineListener {
    pub(crate) fn new(on_online: impl Fn() + 'static) -> Option<Self> {
        let (window, on_online) = (web_sys::window()?, Closure::<dyn Fn()>::new(on_online));
        let _ =
            window.add_event_listener_with_callback("online", on_online.as_ref().unchecked_ref());
        Some(Self { window, on_online })
    }
}

impl Drop for OnlineListener {
    fn drop(&mut self) {
        let on_online = self.on_online.as_ref().unchecked_ref();
        let _ = self
            .window
            .remove_event_listener_with_callback("online", on_online);
    }
}
