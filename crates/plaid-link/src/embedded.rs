//! The embedded institution search.

use std::fmt;
use std::rc::Rc;

use web_sys::HtmlElement;

use crate::callbacks::Callbacks;
use crate::error::Error;
use crate::instance::{Instance, Opens};
use crate::loader::Plaid;
use crate::options::LinkOptions;

/// An embedded institution search: a grid of banks inside an element of the page.
///
/// A click on a bank opens Link. Dropping the handler removes the grid as soon as Link has closed. Its callbacks are
/// not called any longer.
///
/// ```no_run
/// use plaid_link::{Callbacks, EmbeddedHandler};
///
/// fn replace_callbacks(search: &EmbeddedHandler) {
///     search.set_callbacks(Callbacks::default().on_success(|token, metadata| { /* post both */ }));
/// }
/// ```
#[must_use = "dropping it removes the embedded search from the page"]
pub struct EmbeddedHandler {
    instance: Rc<Instance>,
}

impl Plaid {
    /// Fills an element with the embedded search, by `Plaid.createEmbedded`.
    ///
    /// The search has the size of the element. Plaid recommends at least 350 × 300 or 300 × 350 pixels. Update mode is
    /// not supported.
    ///
    /// # Errors
    ///
    /// [`Error::NotALinkToken`] for another kind of token, [`Error::Refused`] if Link throws.
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
    /// Replaces the callbacks without rebuilding the grid.
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
