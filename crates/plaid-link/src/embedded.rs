use std::fmt;
use std::rc::Rc;

use web_sys::HtmlElement;

use crate::callbacks::Callbacks;
use crate::error::Error;
use crate::instance::{Instance, Opens};
use crate::loader::Plaid;
use crate::options::LinkOptions;

/// Embedded institution search: a grid of banks inside an element of the page.
///
/// Choosing one opens Link. Dropping it removes the grid, as soon as Link has closed, and silences its callbacks.
///
/// ```no_run
/// use plaid_link::{Callbacks, EmbeddedHandler};
///
/// fn listen_anew(search: &EmbeddedHandler) {
///     search.set_callbacks(Callbacks::default().on_success(|token, metadata| { /* post both */ }));
/// }
/// ```
#[must_use = "dropping it removes the embedded search from the page"]
pub struct EmbeddedHandler {
    instance: Rc<Instance>,
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
        let make = || self.0.create_embedded(&config, element);
        let instance = Instance::create(Opens::ByItself, options.callbacks, &config, make)?;
        Ok(EmbeddedHandler { instance })
    }
}

impl EmbeddedHandler {
    /// From now on these callbacks are called; the grid stays as it is.
    pub fn set_callbacks(&self, callbacks: Callbacks) {
        self.instance.set_callbacks(callbacks);
    }
}

impl fmt::Debug for EmbeddedHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedHandler").finish_non_exhaustive()
    }
}

impl Drop for EmbeddedHandler {
    fn drop(&mut self) {
        self.instance.abandon();
    }
}
