//! The shared state of a handler and its callbacks: one visit to Link at a time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::callbacks::Callbacks;
use crate::error::Error;
use crate::mark::mark;
use crate::page::{PageState, Scroll};
use crate::registration::{Lifecycle, Registration};
use crate::sys::{self, RawHandler};

thread_local! {
    /// Whether any handler of the page is open: Link shows one visit at a time, and ignores the `open` of others.
    static LINK_IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// The shared state of a handler and its callbacks.
pub(crate) struct Instance {
    opens: Opens,
    /// None once Link's handler is destroyed.
    link: RefCell<Option<Rc<Link>>>,
    visit: Cell<Visit>,
    loaded: Cell<bool>,
    /// The page before Link opened, until Link has closed.
    page: RefCell<Option<PageState>>,
    /// The host has dropped the handler: destroy it as soon as Link allows that.
    abandoned: Cell<bool>,
    /// Link is destroying the handler, and may call back meanwhile.
    destroying: Cell<bool>,
}

pub(crate) struct Link {
    pub(crate) raw: RawHandler,
    registration: Registration,
}

/// The origin of a visit.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Opens {
    /// The host calls `open`.
    OnRequest,
    /// The embedded search opens Link and locks the page's scrolling.
    ByItself,
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Over,
    Open,
    /// A forced exit was requested; Link has not reported it yet.
    Closing,
}

impl Instance {
    /// Registers the callbacks, writes them into the configuration, and creates Link's handler.
    pub(crate) fn create(
        opens: Opens,
        callbacks: Callbacks,
        config: &Object,
        make: impl FnOnce() -> Result<RawHandler, JsValue>,
    ) -> Result<Rc<Self>, Error> {
        let instance = Rc::new(Self {
            opens,
            link: RefCell::default(),
            visit: Cell::new(Visit::Over),
            loaded: Cell::new(false),
            page: RefCell::default(),
            abandoned: Cell::new(false),
            destroying: Cell::new(false),
        });
        let registration = Registration::new(callbacks, instance.clone(), config);
        let raw = make().map_err(|thrown| Error::refused(&thrown))?;
        *instance.link.borrow_mut() = Some(Rc::new(Link { raw, registration }));
        Ok(instance)
    }

    /// Returns a clone, so that nothing is borrowed while the code of Link or the host runs.
    pub(crate) fn link(&self) -> Option<Rc<Link>> {
        self.link.borrow().clone()
    }

    pub(crate) fn open(&self) -> Result<(), Error> {
        let Some(link) = self.link().filter(|_| !self.is_open()) else {
            return Ok(());
        };
        if self.visit.get() == Visit::Closing || LINK_IS_OPEN.get() {
            return Err(Error::StillOpen);
        }
        mark("plaid-link-open");
        self.begin(PageState::capture(true));
        link.raw.open().map_err(|thrown| {
            self.closed();
            Error::refused(&thrown)
        })
    }

    fn begin(&self, page: Option<PageState>) {
        *self.page.borrow_mut() = page;
        self.visit.set(Visit::Open);
        LINK_IS_OPEN.set(true);
    }

    pub(crate) fn exit(&self, force: bool) -> Result<(), Error> {
        let Some(link) = self.link().filter(|_| self.is_open()) else {
            return Ok(());
        };
        let config = Object::new();
        sys::set(&config, "force", &force.into());
        link.raw
            .exit(&config)
            .map_err(|thrown| Error::refused(&thrown))?;
        if force && self.is_open() {
            self.visit.set(Visit::Closing);
            LINK_IS_OPEN.set(false);
        }
        Ok(())
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.get()
    }

    pub(crate) fn set_callbacks(&self, callbacks: Callbacks) {
        if let Some(link) = self.link() {
            link.registration.set_callbacks(callbacks);
        }
    }

    /// Closes Link and destroys the handler as soon as Link allows that. No callback is called any longer.
    pub(crate) fn abandon(&self) {
        self.set_callbacks(Callbacks::default());
        self.abandoned.set(true);
        // Link refuses `destroy` while it is open. Its `onExit` calls `closed`, which destroys the handler.
        let _ = self.exit(true);
        self.destroy();
    }

    /// Removes the frame. If Link refuses because it is still closing, its `onExit` calls this again.
    fn destroy(&self) {
        let Some(link) = self.link() else { return };
        if self.destroying.replace(true) {
            return;
        }
        // Removing a frame may scroll the page to its top.
        let scroll = Scroll::now();
        let destroyed = link.raw.destroy();
        self.destroying.set(false);
        if destroyed.is_ok() {
            scroll.restore();
            self.restore_page();
            self.link.take();
        }
    }

    fn restore_page(&self) {
        if self.visit.replace(Visit::Over) == Visit::Open {
            LINK_IS_OPEN.set(false);
        }
        // Taken out first: a focus listener of the host may drop the handler or open it again.
        let page = self.page.take();
        if let Some(page) = page {
            page.restore();
        }
    }
}

impl Lifecycle for Instance {
    fn heard(&self) {
        self.loaded.set(true);
    }

    fn opened(&self) {
        if self.opens == Opens::ByItself && self.visit.get() == Visit::Over {
            self.begin(PageState::capture(false));
        }
    }

    fn closed(&self) {
        self.restore_page();
        if self.abandoned.get() {
            self.destroy();
        }
    }

    fn is_open(&self) -> bool {
        self.visit.get() == Visit::Open
    }
}
