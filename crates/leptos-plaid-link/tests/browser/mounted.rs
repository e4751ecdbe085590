//! A view that is mounted in the page.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use fake_link::page;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A mounted view. Dropping it unmounts the view.
pub(crate) struct Mounted {
    pub(crate) element: HtmlElement,
    _handle: Box<dyn Any>,
}

/// Mounts a view in the page.
pub(crate) fn mount<N: IntoView + 'static>(view: impl FnOnce() -> N + 'static) -> Mounted {
    mount_into(page::add("div"), view)
}

/// Mounts a view in an element.
pub(crate) fn mount_into<N: IntoView + 'static>(
    element: HtmlElement,
    view: impl FnOnce() -> N + 'static,
) -> Mounted {
    count_panics();
    // Panics of earlier tests do not count.
    PANICS.store(0, Ordering::Relaxed);
    let handle = Box::new(mount_to(element.clone(), view));
    Mounted {
        element,
        _handle: handle,
    }
}

/// Runs a hook in a view of its own and returns its result.
pub(crate) fn hook<T: 'static>(hook: impl FnOnce() -> T + 'static) -> (T, Mounted) {
    let returned = Rc::new(RefCell::new(None));
    let place = returned.clone();
    let mounted = mount(move || {
        place.replace(Some(hook()));
    });
    let returned = returned.take().expect("the view was rendered");
    (returned, mounted)
}

impl Mounted {
    /// Returns the first element inside that matches a selector.
    pub(crate) fn find(&self, selector: &str) -> HtmlElement {
        let found = self.element.query_selector(selector).expect("a selector");
        let found: Option<Element> = found;
        found.expect(selector).unchecked_into()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap_or_default()
    }
}

/// Waits until all due tasks have run. Panics if one of them has panicked, since a panic in a task fails no test by
/// itself.
pub(crate) async fn run_due_tasks() {
    for _ in 0..5 {
        page::next_task().await;
    }
    assert_eq!(PANICS.load(Ordering::Relaxed), 0, "a task panicked");
}

static PANICS: AtomicU32 = AtomicU32::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            before(panic);
        }));
    });
}
