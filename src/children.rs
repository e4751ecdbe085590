//! Children of an element that come and go, without the weight of a keyed view: a page of the app, cards, rows.

use std::any::Any;
use std::rc::Rc;

use leptos::mount::mount_to_renderer;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys::view::Render;
use web_sys::Element;

/// A view in its place; it goes when this is dropped.
pub type Mounted = Box<dyn Any>;

/// A view as the last child of an element.
pub fn mount<V: Render + 'static>(parent: &Element, view: impl FnOnce() -> V + 'static) -> Mounted {
    Box::new(mount_to_renderer(parent, view))
}

/// What to fill an element with: one child a key, in the order of the keys.
///
/// A child is one element, built once and not touched again while its key is there: what changes in it, it sees to
/// itself.
#[derive(Clone)]
pub struct Children {
    keys: Rc<dyn Fn() -> Vec<String>>,
    build: Rc<Build>,
}

type Build = dyn Fn(&Element, &str) -> Option<Mounted>;

impl Children {
    /// The keys, and how to build the child of one.
    pub fn new(
        keys: impl Fn() -> Vec<String> + 'static,
        build: impl Fn(&Element, &str) -> Option<Mounted> + 'static,
    ) -> Self {
        Self {
            keys: Rc::new(keys),
            build: Rc::new(build),
        }
    }
}

/// Fills an element for as long as the owner lives: `use:fill=children`.
pub fn fill(parent: Element, Children { keys, build }: Children) {
    // Children outlive a run of the effect, so they cannot be its own.
    let owner = Owner::current().unwrap_or_default();
    let mut shown: Vec<Child> = Vec::new();
    let effect = RenderEffect::new(move |_| {
        let keys = keys();
        shown.retain(|child| keys.contains(&child.key));
        for (index, key) in keys.into_iter().enumerate() {
            let at = shown.iter().position(|child| child.key == key);
            let child = match at {
                Some(at) => shown.remove(at),
                None => untrack(|| {
                    let mounted = owner.with(|| build(&parent, &key));
                    Child {
                        key,
                        element: parent.last_element_child(),
                        _mounted: mounted,
                    }
                }),
            };
            // Moved only if it is not in its place: what moves loses the focus.
            let place = parent
                .children()
                .item(u32::try_from(index).unwrap_or(u32::MAX));
            if let Some(element) = &child.element
                && place.as_ref() != Some(element)
            {
                let _ = parent.insert_before(element, place.as_deref());
            }
            shown.insert(index, child);
        }
    });
    on_cleanup(move || drop(effect));
}

struct Child {
    key: String,
    element: Option<Element>,
    _mounted: Option<Mounted>,
}
