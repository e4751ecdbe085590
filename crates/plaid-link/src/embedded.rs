use std::rc::Rc;

use web_sys::HtmlElement;

use crate::callbacks::{Callbacks, Closed, Registration};
use crate::error::Error;
use crate::loader::Plaid;
use crate::options::LinkOptions;
use crate::sys::RawHandler;

/// Embedded institution search: a grid of banks inside an element of the page.
///
/// Choosing one opens Link. Dropping it removes the grid and silences its callbacks.
#[must_use = "dropping it removes the embedded search from the page"]
#[derive(Debug)]
pub struct EmbeddedHandler {
    raw: RawHandler,
    registration: Registration,
}

impl Plaid {
    /// Fills an element with the embedded search: `Plaid.createEmbedded`.
    ///
    /// The search takes the element's whole size; Plaid recommends at least 350 × 300 or 300 × 350 pixels.
    /// It is not for update mode.
    ///
    /// # Errors
    ///
    /// [`Error::NotALinkToken`] without asking Link, [`Error::Refused`] with what Link said.
    ///
    /// ```no_run
    /// use plaid_link::{EmbeddedHandler, Error, LinkOptions, Plaid};
    ///
    /// fn embed(plaid: &Plaid, element: &web_sys::HtmlElement) -> Result<EmbeddedHandler, Error> {
    ///     plaid.create_embedded(LinkOptions::new("link-sandbox-af1a0311".into()), element)
    /// }
    /// ```
    pub fn create_embedded(
        &self,
        options: LinkOptions,
        element: &HtmlElement,
    ) -> Result<EmbeddedHandler, Error> {
        let config = options.to_config()?;
        let registration = Registration::new(options.callbacks, Rc::new(OpensItself), &config);
        let raw = self
            .0
            .create_embedded(&config, element)
            .map_err(|thrown| Error::refused(&thrown))?;
        Ok(EmbeddedHandler { raw, registration })
    }
}

impl EmbeddedHandler {
    /// From now on these callbacks are called; the grid stays as it is.
    pub fn set_callbacks(&self, callbacks: Callbacks) {
        self.registration.set_callbacks(callbacks);
    }
}

impl Drop for EmbeddedHandler {
    fn drop(&mut self) {
        self.set_callbacks(Callbacks::default());
        let _ = self.raw.destroy();
    }
}

/// The embedded search opens and closes Link by itself, page state and all.
struct OpensItself;

impl Closed for OpensItself {
    fn closed(&self) {}
}
