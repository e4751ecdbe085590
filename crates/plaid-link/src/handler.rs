//! Link's handler.

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

/// A handler of Link: one prepared visit.
///
/// Create it when the view appears, not on the click: Link then loads in a hidden frame ahead of the click.
/// Dropping it closes Link, removes the frame and drops the callbacks.
///
/// ```no_run
/// use plaid_link::{Error, Handler};
///
/// fn show(handler: &Handler) -> Result<(), Error> {
///     // `Error::StillOpen` while another handler is open.
///     handler.open()
/// }
/// ```
#[must_use = "dropping the handler closes Link and removes its frame"]
pub struct Handler {
    instance: Rc<Instance>,
}

impl Plaid {
    /// Creates a handler with a Link token, by `Plaid.create`.
    ///
    /// # Errors
    ///
    /// [`Error::NotALinkToken`] for another kind of token, [`Error::Refused`] if Link throws.
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
        let instance = Instance::create(Opens::OnRequest, options.callbacks, &config, make)?;
        Ok(Handler { instance })
    }
}

impl Handler {
    /// Opens Link. Does nothing while it is open. Link defers a call that comes before it has loaded.
    ///
    /// # Errors
    ///
    /// [`Error::StillOpen`] while another handler is open or this one is closing by force; [`Error::Refused`] if Link
    /// throws.
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

    /// Closes Link. Does nothing while it is closed. `on_exit` follows, or `on_success` if the Item was linked already.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if Link throws.
    pub fn exit(&self, options: ExitOptions) -> Result<(), Error> {
        self.instance.exit(options.force)
    }

    /// Submits the user's data to Layer: first the phone number, then in another call the date of birth, after
    /// `LAYER_NOT_AVAILABLE`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if Link throws.
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

    /// Returns whether Link is open, and not closing by force.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.instance.is_open()
    }

    /// Returns whether Link's frame has loaded: it has called back at least once. Link shows nothing before, whatever
    /// blocks the frame.
    ///
    /// ```no_run
    /// # fn example(handler: &plaid_link::Handler) {
    /// // Some seconds after `open`:
    /// if !handler.is_loaded() { /* suggest to allow `cdn.plaid.com` in content blockers */ }
    /// # }
    /// ```
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.instance.is_loaded()
    }

    /// Replaces the callbacks without another handler or frame.
    ///
    /// ```no_run
    /// use plaid_link::{Callbacks, Handler};
    ///
    /// fn replace_callbacks(handler: &Handler) {
    ///     handler.set_callbacks(Callbacks::default().on_exit(|error, _| { /* the newest */ }));
    /// }
    /// ```
    pub fn set_callbacks(&self, callbacks: Callbacks) {
        self.instance.set_callbacks(callbacks);
    }

    /// Returns Link's own handler, for features that this crate does not cover.
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

/// The options of [`Handler::exit`].
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
    /// Whether to close at once. Otherwise Link may ask the user first.
    pub force: bool,
}

/// The data of one [`Handler::submit`] to Layer.
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
    /// A phone number in E.164, such as `+14155550011`.
    PhoneNumber(String),
    /// A date of birth, as `YYYY-MM-DD`.
    DateOfBirth(String),
}
