//! A view in the page, for as long as it is kept.

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

/// A view in the page; dropping it unmounts the view.
pub(crate) struct Mounted {
    pub(crate) element: HtmlElement,
    _handle: Box<dyn Any>,
}

/// Puts a view into the page.
pub(crate) fn mount<N: IntoView + 'static>(view: impl FnOnce() -> N + 'static) -> Mounted {
    mount_into(page::add("div"), view)
}

/// Puts a view into an element of the page.
pub(crate) fn mount_into<N: IntoView + 'static>(
    element: HtmlElement,
    view: impl FnOnce() -> N + 'static,
) -> Mounted {
    count_panics();
    // What another test has come to is not this one's concern.
    PANICS.store(0, Ordering::Relaxed);
    let handle = Box::new(mount_to(element.clone(), view));
    Mounted {
        element,
        _handle: handle,
    }
}

/// Runs a hook in a view of its own; gives what it returned.
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
    /// The one element inside that a selector finds.
    pub(crate) fn find(&self, selector: &str) -> HtmlElement {
        let found = self.element.query_selector(selector).expect("a selector");
        let found: Option<Element> = found;
        found.expect(selector).unchecked_into()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap_or_default()
    }
}

/// Lets everything happen that is due, and makes sure that none of it panicked: a task of its own that panics fails
/// no test by itself.
pub(crate) async fn calm() {
    for _ in 0..5 {
        page::next_task().await;
    }
    assert_eq!(PANICS.load(Ordering::Relaxed), 0, "something panicked");
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
