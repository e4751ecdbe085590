//! A minimal keyed list: the children of an element, one per key.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to_renderer;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys::view::Render;
use web_sys::Element;

/// A mounted child. It is removed when this is dropped.
pub struct Child {
    element: Option<Element>,
    _view: Box<dyn Any>,
}

/// Mounts a view, which must be one element, as the last child of an element.
pub fn mount<V: Render + 'static>(parent: &Element, view: impl FnOnce() -> V + 'static) -> Child {
    let view = Box::new(mount_to_renderer(parent, view));
    Child {
        element: parent.last_element_child(),
        _view: view,
    }
}

/// The content of an element: one child per key, in the order of the keys.
///
/// A child is built once and stays untouched while its key is there: it updates itself by signals. Of equal keys only
/// the first counts. A key for which nothing is built has no child, and is tried again when the keys change.
#[derive(Clone)]
pub struct Children(Rc<dyn Source>);

impl Children {
    /// Creates the content from the keys and from a function that mounts the child of a key.
    pub fn new<K: PartialEq + 'static>(
        keys: impl Fn() -> Vec<K> + 'static,
        build: impl Fn(&Element, &K) -> Option<Child> + 'static,
    ) -> Self {
        let current = RefCell::default();
        Self(Rc::new(Keyed {
            keys,
            build,
            current,
        }))
    }
}

/// Fills an element for as long as the owner lives: `use:fill=children`.
pub fn fill(parent: Element, Children(source): Children) {
    // Children outlive a run of the effect, so the effect cannot own them.
    let owner = Owner::current().unwrap_or_default();
    let mut shown: Vec<Option<Child>> = Vec::new();
    let effect = RenderEffect::new(move |_| {
        let origins = source.update();
        let mut take = |origin: Option<usize>| shown.get_mut(origin?)?.take();
        let kept = origins.into_iter().map(&mut take).collect();
        // The others are removed before new ones are built.
        shown = kept;
        let mut previous: Option<Element> = None;
        for (index, child) in shown.iter_mut().enumerate() {
            if child.is_none() {
                *child = untrack(|| owner.with(|| source.build(index, &parent)));
            }
            if let Some(element) = child.as_ref().and_then(|child| child.element.clone()) {
                place_after(&parent, previous.as_ref(), &element);
                previous = Some(element);
            }
        }
    });
    on_cleanup(move || drop(effect));
}

/// Moves a child only if it is out of place, because a moved element loses the focus.
fn place_after(parent: &Element, previous: Option<&Element>, element: &Element) {
    let next = previous.map_or_else(
        || parent.first_element_child(),
        Element::next_element_sibling,
    );
    if next.as_ref() != Some(element) {
        let _ = parent.insert_before(element, next.as_deref());
    }
}

/// The keys without their type, so that a browser downloads `fill` once.
trait Source {
    /// Reads the keys. Returns for each the position that it had before.
    fn update(&self) -> Vec<Option<usize>>;

    /// Mounts the child of the key at this position.
    fn build(&self, index: usize, parent: &Element) -> Option<Child>;
}

struct Keyed<K, F, B> {
    keys: F,
    build: B,
    current: RefCell<Vec<K>>,
}

impl<K, F, B> Source for Keyed<K, F, B>
where
    K: PartialEq,
    F: Fn() -> Vec<K>,
    B: Fn(&Element, &K) -> Option<Child>,
{
    fn update(&self) -> Vec<Option<usize>> {
        let mut keys = Vec::new();
        for key in (self.keys)() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let before = self.current.take();
        let origin = |key| before.iter().position(|known| known == key);
        let origins = keys.iter().map(origin).collect();
        self.current.replace(keys);
        origins
    }

    fn build(&self, index: usize, parent: &Element) -> Option<Child> {
        (self.build)(parent, self.current.borrow().get(index)?)
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use leptos::mount::{UnmountHandle, mount_to};
    use leptos::task::tick;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::HtmlElement;

    use super::*;

    /// A list of buttons in the page, each with its key as text. A negative key has no button.
    struct Buttons {
        element: HtmlElement,
        keys: RwSignal<Vec<i32>>,
        _mounted: Box<dyn Any>,
    }

    impl Buttons {
        fn mount(keys: &[i32]) -> Self {
            let element = document().create_element("div").expect("an element");
            let element: HtmlElement = element.unchecked_into();
            let body = document().body().expect("a body");
            body.append_child(&element).expect("appended");
            let keys = RwSignal::new(keys.to_vec());
            let build = |parent: &Element, key: &i32| {
                let text = key.to_string();
                (*key >= 0).then(|| mount(parent, move || view! { <button>{text}</button> }))
            };
            let children = Children::new(move || keys.get(), build);
            let mounted: UnmountHandle<_> = mount_to(
                element.clone(),
                move || view! { <div use:fill=children></div> },
            );
            Self {
                element,
                keys,
                _mounted: Box::new(mounted),
            }
        }

        async fn set(&self, keys: &[i32]) {
            self.keys.set(keys.to_vec());
            tick().await;
        }

        fn focus_last(&self) -> HtmlElement {
            let last = self.element.query_selector("button:last-of-type");
            let last: HtmlElement = last.ok().flatten().expect("a button").unchecked_into();
            last.focus().expect("focused");
            last
        }

        fn texts(&self) -> Vec<String> {
            let buttons = self.element.query_selector_all("button").expect("buttons");
            let text = |index| buttons.item(index)?.text_content();
            (0..buttons.length()).filter_map(text).collect()
        }
    }

    impl Drop for Buttons {
        fn drop(&mut self) {
            self.element.remove();
        }
    }

    #[wasm_bindgen_test]
    async fn children_follow_the_order_of_their_keys() {
        let buttons = Buttons::mount(&[1, 2, 3]);
        assert_eq!(buttons.texts(), ["1", "2", "3"]);
        buttons.set(&[4, 3, 1]).await;
        assert_eq!(buttons.texts(), ["4", "3", "1"]);
        buttons.set(&[]).await;
        assert!(buttons.texts().is_empty());
    }

    #[wasm_bindgen_test]
    async fn a_child_in_its_place_keeps_the_focus() {
        let buttons = Buttons::mount(&[1, 2]);
        let focused = buttons.focus_last();
        buttons.set(&[3, 2, 4]).await;
        assert_eq!(buttons.texts(), ["3", "2", "4"]);
        assert_eq!(document().active_element().as_ref(), Some(focused.as_ref()));
    }

    #[wasm_bindgen_test]
    async fn of_equal_keys_only_the_first_has_a_child() {
        let buttons = Buttons::mount(&[1, 2, 1]);
        assert_eq!(buttons.texts(), ["1", "2"]);
        buttons.set(&[2, 2, 1, 2]).await;
        assert_eq!(buttons.texts(), ["2", "1"]);
        buttons.set(&[1, 1]).await;
        assert_eq!(buttons.texts(), ["1"]);
    }

    #[wasm_bindgen_test]
    async fn a_key_without_a_child_leaves_the_others_alone() {
        let buttons = Buttons::mount(&[1, -1]);
        assert_eq!(buttons.texts(), ["1"]);
        buttons.set(&[1, 2, -1]).await;
        assert_eq!(buttons.texts(), ["1", "2"]);
        let focused = buttons.focus_last();
        buttons.set(&[1, -2, 3, 2]).await;
        assert_eq!(buttons.texts(), ["1", "3", "2"]);
        assert_eq!(document().active_element().as_ref(), Some(focused.as_ref()));
    }
}
