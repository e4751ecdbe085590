//! The register of live handlers, through which Link's calls reach Rust.
//!
//! One closure serves the whole page for as long as the page lives. Link gets functions that the browser binds to that
//! closure with a handler's number. They need no owner in Rust. A call with the number of a handler that is gone does
//! nothing, so Link may call late, twice, from within a call, or while the handler is being dropped.

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::callbacks::{Callback, Callbacks, Kind};
use crate::sys;

/// An entry of the register. It is removed on drop.
pub(crate) struct Registration {
    number: u32,
}

/// A handler that follows whether Link is on the screen.
pub(crate) trait Lifecycle {
    /// Link's frame has called back, so it has loaded.
    fn heard(&self);

    /// Link has opened.
    fn opened(&self);

    /// Link has closed; the host's callback comes next.
    fn closed(&self);

    fn is_open(&self) -> bool;
}

struct Entry {
    number: u32,
    callbacks: Callbacks,
    handler: Rc<dyn Lifecycle>,
}

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
        handler: Rc<dyn Lifecycle>,
        config: &js_sys::Object,
    ) -> Self {
        let number = NEXT_NUMBER.replace(NEXT_NUMBER.get().wrapping_add(1));
        ENTRIES.with_borrow_mut(|entries| {
            entries.push(Entry {
                number,
                callbacks,
                handler,
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

    /// Replaces the callbacks without a new handler.
    pub(crate) fn set_callbacks(&self, mut callbacks: Callbacks) {
        // Swapped, so that the old ones are dropped outside of the borrow: they may own a handler of their own.
        ENTRIES.with_borrow_mut(|entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.number == self.number) {
                mem::swap(&mut entry.callbacks, &mut callbacks);
            }
        });
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // Dropped outside of the borrow: the callbacks may own a handler of their own.
        let entry = ENTRIES.with_borrow_mut(|entries| {
            let index = entries
                .iter()
                .position(|entry| entry.number == self.number)?;
            Some(entries.swap_remove(index))
        });
        drop(entry);
    }
}

/// Receives every call of Link. Nothing is borrowed while the host's code runs, so a callback may use its handler freely.
fn dispatch(number: u32, kind: u8, first: JsValue, second: JsValue) {
    let callback = |kind: usize| -> Option<Callback> {
        ENTRIES.with_borrow(|entries| {
            let entry = entries.iter().find(|entry| entry.number == number)?;
            entry.callbacks.get(kind)
        })
    };
    let handler = ENTRIES.with_borrow(|entries| {
        let entry = entries.iter().find(|entry| entry.number == number)?;
        Some(entry.handler.clone())
    });
    let Some(handler) = handler else { return };
    handler.heard();
    // The host's callback runs last, since it may drop the handler.
    let host = callback(kind.into());
    if kind == Kind::Success as u8 || kind == Kind::Exit as u8 {
        handler.closed();
        // A focus listener of the host may have opened it again.
        if !handler.is_open()
            && let Some(on_close) = callback(Kind::Close as usize)
        {
            on_close(JsValue::UNDEFINED, JsValue::UNDEFINED);
        }
    } else if kind == Kind::Event as u8 && first == "OPEN" {
        handler.opened();
    }
    if let Some(host) = host {
        host(first, second);
    }
}
