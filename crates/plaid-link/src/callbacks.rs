//! From Link's JavaScript into Rust, safely: late, twice, re-entrant, or while the handler is being dropped.
//!
//! One closure serves the whole page for as long as it lives. What Link is given are functions that the browser
//! binds to it with a handler's number, so they need no owner in Rust, and a call for a number that is gone
//! finds nobody and does nothing.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use js_sys::{Function, Object};
use plaid_types::PublicToken;
use plaid_types::link::{EventMetadata, EventName, ExitMetadata, LinkError, SuccessMetadata};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::sys;

type OnSuccess = Rc<dyn Fn(Option<PublicToken>, SuccessMetadata)>;
type OnExit = Rc<dyn Fn(Option<LinkError>, ExitMetadata)>;
type OnEvent = Rc<dyn Fn(EventName, EventMetadata)>;
type OnMoment = Rc<dyn Fn()>;

/// What Link calls. Each may be called late: events but `OPEN` arrive together when Link closes.
#[derive(Clone, Default)]
pub struct Callbacks {
    on_success: Option<OnSuccess>,
    on_exit: Option<OnExit>,
    on_event: Option<OnEvent>,
    on_load: Option<OnMoment>,
    on_close: Option<OnMoment>,
}

impl Callbacks {
    /// The user linked an Item. The public token is null in flows that make none, such as identity verification.
    #[must_use]
    pub fn on_success(
        mut self,
        f: impl Fn(Option<PublicToken>, SuccessMetadata) + 'static,
    ) -> Self {
        self.on_success = Some(Rc::new(f));
        self
    }

    /// The user left without linking, or Link could not start; the error is the last that was met, if any.
    #[must_use]
    pub fn on_exit(mut self, f: impl Fn(Option<LinkError>, ExitMetadata) + 'static) -> Self {
        self.on_exit = Some(Rc::new(f));
        self
    }

    /// Something happened in Link: for analytics, not for logic, but for the names that Plaid calls stable.
    #[must_use]
    pub fn on_event(mut self, f: impl Fn(EventName, EventMetadata) + 'static) -> Self {
        self.on_event = Some(Rc::new(f));
        self
    }

    /// Link's own module has loaded; `open` before this is not lost but deferred.
    #[must_use]
    pub fn on_load(mut self, f: impl Fn() + 'static) -> Self {
        self.on_load = Some(Rc::new(f));
        self
    }

    /// Link has left the screen; `on_success` or `on_exit` comes next.
    #[must_use]
    pub fn on_close(mut self, f: impl Fn() + 'static) -> Self {
        self.on_close = Some(Rc::new(f));
        self
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks")
            .field("on_success", &self.on_success.is_some())
            .field("on_exit", &self.on_exit.is_some())
            .field("on_event", &self.on_event.is_some())
            .field("on_load", &self.on_load.is_some())
            .field("on_close", &self.on_close.is_some())
            .finish()
    }
}

/// The end of a visit to Link, for whoever keeps the handler.
pub(crate) trait Closed {
    /// Link has closed; the callback of the host comes next.
    fn closed(&self);
}

/// A handler's place in the register: its callbacks, reachable by number for as long as this lives.
pub(crate) struct Registration {
    number: u32,
}

struct Entry {
    number: u32,
    callbacks: Callbacks,
    closed: Rc<dyn Closed>,
}

/// Which of Link's four callbacks a bound function stands for.
#[derive(Clone, Copy)]
enum Kind {
    Success,
    Exit,
    Event,
    Load,
}

type Dispatch = Closure<dyn Fn(u32, u8, JsValue, JsValue)>;

thread_local! {
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static NEXT_NUMBER: Cell<u32> = const { Cell::new(0) };
    static DISPATCH: Dispatch = Closure::new(dispatch);
}

impl Registration {
    /// Registers the callbacks and writes the functions that reach them into Link's configuration.
    pub(crate) fn new(callbacks: Callbacks, closed: Rc<dyn Closed>, config: &Object) -> Self {
        let number = NEXT_NUMBER.replace(NEXT_NUMBER.get().wrapping_add(1));
        ENTRIES.with_borrow_mut(|entries| {
            entries.push(Entry {
                number,
                callbacks,
                closed,
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
    pub(crate) fn set_callbacks(&self, callbacks: Callbacks) {
        ENTRIES.with_borrow_mut(|entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.number == self.number) {
                entry.callbacks = callbacks;
            }
        });
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("number", &self.number)
            .finish()
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

/// Called by Link, at any time. Nothing is borrowed while the host's callback runs, so it may do what it likes.
fn dispatch(number: u32, kind: u8, first: JsValue, second: JsValue) {
    let found = ENTRIES.with_borrow(|entries| {
        let entry = entries.iter().find(|entry| entry.number == number)?;
        Some((entry.callbacks.clone(), entry.closed.clone()))
    });
    let Some((callbacks, closed)) = found else {
        return;
    };
    if kind == Kind::Success as u8 || kind == Kind::Exit as u8 {
        closed.closed();
        if let Some(on_close) = &callbacks.on_close {
            on_close();
        }
    }
    if kind == Kind::Success as u8 {
        if let Some(on_success) = &callbacks.on_success {
            on_success(first.as_string().map(PublicToken::new), decode(second));
        }
    } else if kind == Kind::Exit as u8 {
        if let Some(on_exit) = &callbacks.on_exit {
            on_exit(decode(first), decode(second));
        }
    } else if kind == Kind::Event as u8 {
        if let (Some(on_event), Some(name)) = (&callbacks.on_event, first.as_string()) {
            on_event(EventName::from(name.as_str()), decode(second));
        }
    } else if let Some(on_load) = &callbacks.on_load {
        on_load();
    }
}

/// Metadata that cannot be read is as good as none: the public token that came with it must not be lost.
fn decode<T: DeserializeOwned + Default>(value: JsValue) -> T {
    serde_wasm_bindgen::from_value(value).unwrap_or_else(|error| {
        web_sys::console::warn_2(
            &"plaid-link: cannot read what Link sent:".into(),
            &error.into(),
        );
        T::default()
    })
}
