use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::callbacks::{Callbacks, Closed, Registration};
use crate::error::Error;
use crate::loader::Plaid;
use crate::mark::mark;
use crate::options::LinkOptions;
use crate::page::PageState;
use crate::sys::{self, RawHandler};

/// One prepared visit to Link.
///
/// Create it when the view appears, not on the click: Link then loads ahead in a hidden frame.
/// Dropping it closes Link if it is open, removes its frame, and silences its callbacks.
#[must_use = "dropping the handler closes Link and removes its frame"]
pub struct Handler {
    instance: Rc<Instance>,
}

impl Plaid {
    /// Prepares Link with a Link token: `Plaid.create`.
    ///
    /// # Errors
    ///
    /// [`Error::NotALinkToken`] without asking Link, [`Error::Refused`] with what Link said.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), plaid_link::Error> {
    /// use plaid_link::{LinkOptions, LoadOptions};
    ///
    /// let plaid = plaid_link::load(&LoadOptions::default()).await?;
    /// let handler = plaid.create(LinkOptions::new("link-sandbox-af1a0311".into()))?;
    /// handler.open()?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, options: LinkOptions) -> Result<Handler, Error> {
        let config = options.to_config()?;
        let instance = Rc::new(Instance::default());
        let registration = Registration::new(options.callbacks, instance.clone(), &config);
        let raw = self
            .0
            .create(&config)
            .map_err(|thrown| Error::refused(&thrown))?;
        *instance.link.borrow_mut() = Some(Link { raw, registration });
        Ok(Handler { instance })
    }
}

impl Handler {
    /// Shows Link. Called before Link has loaded, it is deferred by Link, not lost.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with what Link said.
    pub fn open(&self) -> Result<(), Error> {
        if self.is_open() {
            return Ok(());
        }
        let Some(raw) = self.instance.raw() else {
            return Ok(());
        };
        mark("plaid-link-open");
        *self.instance.page.borrow_mut() = PageState::make_way();
        self.instance.is_open.set(true);
        raw.open().map_err(|thrown| {
            self.instance.closed();
            Error::refused(&thrown)
        })
    }

    /// Closes Link; ends in `on_exit`, or in `on_success` if the Item was already linked.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with what Link said.
    pub fn exit(&self, options: ExitOptions) -> Result<(), Error> {
        self.instance.exit(options)
    }

    /// Gives Layer what it asks for. The phone number comes first; the date of birth is a call of its own,
    /// after `LAYER_NOT_AVAILABLE`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with what Link said.
    pub fn submit(&self, submission: &Submission) -> Result<(), Error> {
        let (key, value) = match submission {
            Submission::PhoneNumber(number) => ("phone_number", number),
            Submission::DateOfBirth(date) => ("date_of_birth", date),
        };
        let data = Object::new();
        sys::set(&data, key, &value.as_str().into());
        let Some(raw) = self.instance.raw() else {
            return Ok(());
        };
        raw.submit(&data).map_err(|thrown| Error::refused(&thrown))
    }

    /// Whether Link is on the screen.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.instance.is_open.get()
    }

    /// From now on these callbacks are called; the handler and its frame stay.
    pub fn set_callbacks(&self, callbacks: Callbacks) {
        if let Some(link) = &*self.instance.link.borrow() {
            link.registration.set_callbacks(callbacks);
        }
    }

    /// Link's own handler, for what this crate does not cover.
    #[must_use]
    pub fn as_raw(&self) -> JsValue {
        self.instance.raw().map_or(JsValue::UNDEFINED, Into::into)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("is_open", &self.is_open())
            .finish_non_exhaustive()
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        if let Some(link) = &*self.instance.link.borrow() {
            link.registration.set_callbacks(Callbacks::default());
        }
        self.instance.abandoned.set(true);
        if self.is_open() {
            // Link refuses to be destroyed while it is open; it says when it no longer is.
            let _ = self.instance.exit(ExitOptions { force: true });
        }
        self.instance.destroy();
    }
}

/// How to leave Link.
///
/// ```no_run
/// use plaid_link::{Error, ExitOptions, Handler};
///
/// fn leave_at_once(handler: &Handler) -> Result<(), Error> {
///     handler.exit(ExitOptions { force: true })
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitOptions {
    /// At once; otherwise Link may ask whether the user is sure.
    pub force: bool,
}

/// What Layer asks for: one or the other, never both.
///
/// ```no_run
/// use plaid_link::{Error, Handler, Submission};
///
/// fn identify(handler: &Handler) -> Result<(), Error> {
///     handler.submit(&Submission::PhoneNumber("+14155550011".to_owned()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// In E.164, such as `+14155550011`.
    PhoneNumber(String),
    /// As `YYYY-MM-DD`.
    DateOfBirth(String),
}

/// What a handler and its callbacks share.
#[derive(Default)]
struct Instance {
    /// Gone once destroyed.
    link: RefCell<Option<Link>>,
    is_open: Cell<bool>,
    /// The page as it was before Link opened, while it is open.
    page: RefCell<Option<PageState>>,
    /// The host has dropped the handler: destroy it as soon as Link lets us.
    abandoned: Cell<bool>,
}

struct Link {
    raw: RawHandler,
    registration: Registration,
}

impl Instance {
    /// A copy of the reference, so that nothing is borrowed while Link's code runs.
    fn raw(&self) -> Option<RawHandler> {
        self.link.borrow().as_ref().map(|link| link.raw.clone())
    }

    fn exit(&self, options: ExitOptions) -> Result<(), Error> {
        let config = Object::new();
        sys::set(&config, "force", &options.force.into());
        let Some(raw) = self.raw() else { return Ok(()) };
        raw.exit(&config).map_err(|thrown| Error::refused(&thrown))
    }

    /// Removes the frame. If Link refuses since it is still closing, its `onExit` brings us back here.
    fn destroy(&self) {
        let Some(raw) = self.raw() else { return };
        if raw.destroy().is_ok() {
            self.leave_page();
            let link = self.link.borrow_mut().take();
            drop(link);
        }
    }

    fn leave_page(&self) {
        self.is_open.set(false);
        if let Some(page) = self.page.borrow_mut().take() {
            page.restore();
        }
    }
}

impl Closed for Instance {
    fn closed(&self) {
        self.leave_page();
        if self.abandoned.get() {
            self.destroy();
        }
    }
}
