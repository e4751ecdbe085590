//! Text that changes, in a page that the browser may translate.

use std::fmt;

use leptos::reactive::effect::RenderEffect;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use wasm_bindgen::JsCast;

type Words = Box<dyn FnMut() -> String + Send>;

/// Text that changes with the signals it reads. It must be the only child of its element.
///
/// A text node would not do: a browser that translates the page replaces it, and later changes of it are lost. So this
/// view sets the content of the element.
pub struct Text(Words);

/// Returns text that changes with the signals it reads, as the only child of an element.
pub fn text(f: impl Fn() -> String + Send + 'static) -> Text {
    Text(Box::new(f))
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").finish_non_exhaustive()
    }
}

/// A [`Text`] in the page.
#[doc(hidden)]
pub struct TextState {
    /// Until it is mounted.
    words: Option<Words>,
    effect: Option<RenderEffect<String>>,
}

impl fmt::Debug for TextState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextState").finish_non_exhaustive()
    }
}

impl Mountable for TextState {
    fn mount(&mut self, parent: &Element, _marker: Option<&Node>) {
        let Some(mut words) = self.words.take() else {
            return;
        };
        let parent = parent.clone();
        self.effect = Some(RenderEffect::new(move |before: Option<String>| {
            let words = words();
            if before.as_ref() != Some(&words) {
                parent.set_text_content(Some(&words));
            }
            words
        }));
    }

    fn unmount(&mut self) {
        self.effect = None;
    }

    fn insert_before_this(&self, _child: &mut dyn Mountable) -> bool {
        false
    }

    fn elements(&self) -> Vec<Element> {
        Vec::new()
    }
}

impl Render for Text {
    type State = TextState;

    fn build(self) -> TextState {
        TextState {
            words: Some(self.0),
            effect: None,
        }
    }

    fn rebuild(self, state: &mut TextState) {
        *state = self.build();
    }
}

impl AddAnyAttr for Text {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _attribute: A) -> Self {
        self
    }
}

impl RenderHtml for Text {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        mut self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        let words = (self.0)();
        words.to_html_with_buf(buf, position, escape, mark_branches, attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        _position: &PositionState,
    ) -> TextState {
        let mut state = self.build();
        // The cursor is at the element until its first child is hydrated.
        if let Some(element) = cursor.current().dyn_ref::<Element>() {
            state.mount(element, None);
        }
        state
    }

    fn into_owned(self) -> Self {
        self
    }
}
