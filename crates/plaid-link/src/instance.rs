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
    /// Whether any handler of the page is open: Link shows one visit at a time, and lets the others open in vain.
    static LINK_IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// What a handler and its callbacks share.
pub(crate) struct Instance {
    opens: Opens,
    /// Gone once destroyed.
    link: RefCell<Option<Rc<Link>>>,
    visit: Cell<Visit>,
    /// The page as it was before Link opened, until it has closed.
    page: RefCell<Option<PageState>>,
    /// The host has dropped the handler: destroy it as soon as Link lets us.
    abandoned: Cell<bool>,
    /// Link is destroying it, and may call back meanwhile.
    destroying: Cell<bool>,
}

pub(crate) struct Link {
    pub(crate) raw: RawHandler,
    registration: Registration,
}

/// What opens Link.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Opens {
    WhenTold,
    /// The embedded search does, and takes care of the scroll lock.
    ByItself,
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Over,
    Open,
    /// Link was told to close at once, and has not said yet that it has.
    Closing,
}

impl Instance {
    /// Registers the callbacks, writes them into the configuration, and has Link make the handler.
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
            page: RefCell::default(),
            abandoned: Cell::new(false),
            destroying: Cell::new(false),
        });
        let registration = Registration::new(callbacks, instance.clone(), config);
        let raw = make().map_err(|thrown| Error::refused(&thrown))?;
        *instance.link.borrow_mut() = Some(Rc::new(Link { raw, registration }));
        Ok(instance)
    }

    /// A reference of its own, so that nothing is borrowed while Link's code runs, or the host's.
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
        self.begin(PageState::make_way(true));
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

    pub(crate) fn set_callbacks(&self, callbacks: Callbacks) {
        if let Some(link) = self.link() {
            link.registration.set_callbacks(callbacks);
        }
    }

    /// The host has no use for it any more.
    pub(crate) fn abandon(&self) {
        self.set_callbacks(Callbacks::default());
        self.abandoned.set(true);
        // Link refuses to be destroyed while it is open; it says when it no longer is.
        let _ = self.exit(true);
        self.destroy();
    }

    /// Removes the frame. If Link refuses since it is still closing, its `onExit` brings us back here.
    fn destroy(&self) {
        let Some(link) = self.link() else { return };
        if self.destroying.replace(true) {
            return;
        }
        // A frame that goes may take the page to its top.
        let scroll = Scroll::now();
        let destroyed = link.raw.destroy();
        self.destroying.set(false);
        if destroyed.is_ok() {
            scroll.restore();
            self.leave_page();
            self.link.take();
        }
    }

    fn leave_page(&self) {
        if self.visit.replace(Visit::Over) == Visit::Open {
            LINK_IS_OPEN.set(false);
        }
        // Taken out first: whoever listens for the focus may drop the handler, or open it again.
        let page = self.page.take();
        if let Some(page) = page {
            page.restore();
        }
    }
}

impl Lifecycle for Instance {
    fn opened(&self) {
        if self.opens == Opens::ByItself && self.visit.get() == Visit::Over {
            self.begin(PageState::make_way(false));
        }
    }

    fn closed(&self) {
        self.leave_page();
        if self.abandoned.get() {
            self.destroy();
        }
    }

    fn is_open(&self) -> bool {
        self.visit.get() == Visit::Open
    }
}
