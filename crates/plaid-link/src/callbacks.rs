//! From Link's JavaScript into Rust, safely: late, twice, re-entrant, or while the handler is being dropped.
//!
//! One closure serves the whole page for as long as it lives. What Link is given are functions that the browser
//! binds to it with a handler's number, so they need no owner in Rust, and a call for a number that is gone
//! finds nobody and does nothing.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::rc::Rc;

use js_sys::Function;
use plaid_types::PublicToken;
use plaid_types::link::{EventMetadata, EventName, ExitMetadata, LinkError, SuccessMetadata};
use wasm_bindgen::prelude::*;

use crate::instance::Instance;
use crate::payload::Payload;
use crate::sys;

/// A callback as Link calls it.
type Callback = Rc<dyn Fn(JsValue, JsValue)>;

/// What Link calls. Each may be called late: events but `OPEN` arrive together when Link closes.
///
/// ```
/// use plaid_link::Callbacks;
///
/// let callbacks = Callbacks::default()
///     .on_success(|public_token, metadata| {
///         // post both to the backend
///         # let _ = (public_token, metadata);
///     })
///     .on_close(|| { /* Link has left the screen */ });
/// # let _ = callbacks;
/// ```
#[derive(Clone, Default)]
pub struct Callbacks {
    by_kind: [Option<Callback>; KINDS],
}

impl Callbacks {
    /// The user linked an Item. The public token is null in flows that make none, such as identity verification.
    #[must_use]
    pub fn on_success(
        self,
        f: impl Fn(Option<PublicToken>, Payload<SuccessMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Success, move |token, metadata| {
            f(
                token.as_string().map(PublicToken::new),
                Payload::new(metadata),
            );
        })
    }

    /// The user left without linking, or Link could not start; the error is the last that was met, if any.
    #[must_use]
    pub fn on_exit(
        self,
        f: impl Fn(Option<Payload<LinkError>>, Payload<ExitMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Exit, move |error, metadata| {
            let error = error.is_object().then(|| Payload::new(error));
            f(error, Payload::new(metadata));
        })
    }

    /// Something happened in Link: for analytics, not for logic, but for the names that Plaid calls stable.
    #[must_use]
    pub fn on_event(
        self,
        f: impl Fn(Payload<EventName>, Payload<EventMetadata>) + 'static,
    ) -> Self {
        self.with(Kind::Event, move |name, metadata| {
            if name.is_string() {
                f(Payload::new(name), Payload::new(metadata));
            }
        })
    }

    /// Link's own module has loaded; `open` before this is not lost but deferred.
    #[must_use]
    pub fn on_load(self, f: impl Fn() + 'static) -> Self {
        self.with(Kind::Load, move |_, _| f())
    }

    /// Link has left the screen; `on_success` or `on_exit` comes next.
    #[must_use]
    pub fn on_close(self, f: impl Fn() + 'static) -> Self {
        self.with(Kind::Close, move |_, _| f())
    }

    fn with(mut self, kind: Kind, f: impl Fn(JsValue, JsValue) + 'static) -> Self {
        self.by_kind[kind as usize] = Some(Rc::new(f));
        self
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

/// A handler's place in the register: its callbacks, reachable by number for as long as this lives.
pub(crate) struct Registration {
    number: u32,
}

struct Entry {
    number: u32,
    callbacks: Callbacks,
    instance: Rc<Instance>,
}

/// Which callback a bound function stands for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Success,
    Exit,
    Event,
    Load,
    /// Ours: Link knows none.
    Close,
}

const KINDS: usize = Kind::Close as usize + 1;

type Dispatch = Closure<dyn Fn(u32, u8, JsValue, JsValue)>;

thread_local! {
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static NEXT_NUMBER: Cell<u32> = const { Cell::new(0) };
    static DISPATCH: Dispatch = Closure::new(dispatch);
}

impl Registration {
    /// Registers the callbacks and writes the functions that reach them into Link's configuration.
    pub(crate) fn new(
        callbacks: Callbacks,
        instance: Rc<Instance>,
        config: &js_sys::Object,
    ) -> Self {
        let number = NEXT_NUMBER.replace(NEXT_NUMBER.get().wrapping_add(1));
        ENTRIES.with_borrow_mut(|entries| {
            entries.push(Entry {
                number,
                callbacks,
                instance,
            })
        });
        DISPATCH.with(|dispatch| {
            let dispatch: &Function = dispatch.as_ref().unchecked_ref();
            for (key, kind) in [
                ("onSuccess", Kind::Success),
                ("onExit", Kind::Exit),
                ("onEvent", Kind::Event),
                ("onLoad", Kind::Load),
            ] {
                let bound =
                    dispatch.bind2(&JsValue::UNDEFINED, &number.into(), &(kind as u8).into());
                sys::set(config, key, &bound);
            }
        });
        Self { number }
    }

    /// From now on these are called, without a new handler.
    pub(crate) fn set_callbacks(&self, mut callbacks: Callbacks) {
        // Swapped, so that the old ones are dropped out here: they may own a handler of their own.
        ENTRIES.with_borrow_mut(|entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.number == self.number) {
                mem::swap(&mut entry.callbacks, &mut callbacks);
            }
        });
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // Taken out first and dropped after: the callbacks may own a handler of their own.
        let entry = ENTRIES.with_borrow_mut(|entries| {
            let index = entries
                .iter()
                .position(|entry| entry.number == self.number)?;
            Some(entries.swap_remove(index))
        });
        drop(entry);
    }
}

/// Called by Link, at any time. Nothing is borrowed while the host's code runs, so it may do what it likes.
fn dispatch(number: u32, kind: u8, first: JsValue, second: JsValue) {
    let callback = |kind: usize| {
        ENTRIES.with_borrow(|entries| {
            let entry = entries.iter().find(|entry| entry.number == number)?;
            entry.callbacks.by_kind.get(kind)?.clone()
        })
    };
    let instance = ENTRIES.with_borrow(|entries| {
        let entry = entries.iter().find(|entry| entry.number == number)?;
        Some(entry.instance.clone())
    });
    let Some(instance) = instance else { return };
    // The host's own comes last: it may drop the handler.
    let host = callback(kind.into());
    if kind == Kind::Success as u8 || kind == Kind::Exit as u8 {
        instance.closed();
        // Whoever listens for the focus may have opened it again.
        if !instance.is_open()
            && let Some(on_close) = callback(Kind::Close as usize)
        {
            on_close(JsValue::UNDEFINED, JsValue::UNDEFINED);
        }
    } else if kind == Kind::Event as u8 && first == "OPEN" {
        instance.opened();
    }
    if let Some(host) = host {
        host(first, second);
    }
}
