use std::fmt;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::callbacks::Callbacks;
use crate::error::Error;
use crate::instance::{Instance, Opens};
use crate::loader::Plaid;
use crate::options::LinkOptions;
use crate::registration::Lifecycle;
use crate::sys;

/// One prepared visit to Link.
///
/// Create it when the view appears, not on the click: Link then loads ahead in a hidden frame.
/// Dropping it closes Link if it is open, removes its frame, and silences its callbacks.
///
/// ```no_run
/// use plaid_link::{Error, Handler};
///
/// fn show(handler: &Handler) -> Result<(), Error> {
///     // While another handler is open, this is `Error::StillOpen`.
///     handler.open()
/// }
/// ```
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
        let make = || self.0.create(&config);
        let instance = Instance::create(Opens::WhenTold, options.callbacks, &config, make)?;
        Ok(Handler { instance })
    }
}

impl Handler {
    /// Shows Link; while it is open, nothing. Called before Link has loaded, it is deferred by Link, not lost.
    ///
    /// # Errors
    ///
    /// [`Error::StillOpen`] while another handler is open, or this one is about to close by force; [`Error::Refused`]
    /// with what Link said.
    ///
    /// ```no_run
    /// # fn example(handler: &plaid_link::Handler) -> Result<(), plaid_link::Error> {
    /// handler.open()?;
    /// assert!(handler.is_open());
    /// # Ok(()) }
    /// ```
    pub fn open(&self) -> Result<(), Error> {
        self.instance.open()
    }

    /// Closes Link; ends in `on_exit`, or in `on_success` if the Item was already linked. While Link is not open it
    /// does nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with what Link said.
    pub fn exit(&self, options: ExitOptions) -> Result<(), Error> {
        self.instance.exit(options.force)
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
        let Some(link) = self.instance.link() else {
            return Ok(());
        };
        link.raw
            .submit(&data)
            .map_err(|thrown| Error::refused(&thrown))
    }

    /// Whether Link is on the screen, and has not been told to leave it at once.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.instance.is_open()
    }

    /// From now on these callbacks are called; the handler and its frame stay.
    ///
    /// ```no_run
    /// use plaid_link::{Callbacks, Handler};
    ///
    /// fn listen_anew(handler: &Handler) {
    ///     handler.set_callbacks(Callbacks::default().on_exit(|error, _| { /* the newest */ }));
    /// }
    /// ```
    pub fn set_callbacks(&self, callbacks: Callbacks) {
        self.instance.set_callbacks(callbacks);
    }

    /// Link's own handler, for what this crate does not cover.
    ///
    /// ```no_run
    /// # fn example(handler: &plaid_link::Handler) {
    /// let raw: wasm_bindgen::JsValue = handler.as_raw();
    /// # }
    /// ```
    #[must_use]
    pub fn as_raw(&self) -> JsValue {
        let link = self.instance.link();
        link.map_or(JsValue::UNDEFINED, |link| link.raw.clone().into())
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
        self.instance.abandon();
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
