//! The options of a handler.

use js_sys::Object;
use plaid_types::LinkToken;

use crate::callbacks::Callbacks;
use crate::error::Error;
use crate::sys;

/// The options of [`Plaid::create`](crate::Plaid::create): the Link token, the callbacks, and after a bank's redirect the
/// redirect URI.
///
/// The backend sets everything else in `/link/token/create`.
///
/// ```
/// use plaid_link::LinkOptions;
///
/// let options = LinkOptions::new("link-sandbox-af1a0311-da53-4636-b754-dd15cc058176".into())
///     .on_success(|public_token, metadata| {
///         // post both to the backend
///         # let _ = (public_token, metadata);
///     })
///     .on_exit(|error, metadata| {
///         // `error` is the last one that the user saw, if any
///         # let _ = (error, metadata);
///     });
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct LinkOptions {
    pub(crate) token: LinkToken,
    pub(crate) callbacks: Callbacks,
    received_redirect_uri: Option<String>,
}

impl LinkOptions {
    /// Creates options with a Link token.
    #[must_use]
    pub fn new(token: LinkToken) -> Self {
        Self {
            token,
            callbacks: Callbacks::default(),
            received_redirect_uri: None,
        }
    }

    /// Replaces all callbacks.
    #[must_use]
    pub fn callbacks(mut self, callbacks: Callbacks) -> Self {
        self.callbacks = callbacks;
        self
    }

    crate::callback_builders!(on_success, on_exit, on_event, on_load);

    /// Sets the whole redirect URI after a bank's redirect, as the browser shows it, with `?oauth_state_id=…`.
    ///
    /// Only for a handler that continues a visit, with the same Link token. Plaid refuses it for the first handler.
    #[must_use]
    pub fn received_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.received_redirect_uri = Some(uri.into());
        self
    }

    /// Returns the configuration object of Link's JavaScript, without callbacks.
    pub(crate) fn to_config(&self) -> Result<Object, Error> {
        if !self.token.as_str().starts_with("link-") {
            return Err(Error::NotALinkToken);
        }
        let config = Object::new();
        sys::set(&config, "token", &self.token.as_str().into());
        if let Some(uri) = &self.received_redirect_uri {
            sys::set(&config, "receivedRedirectUri", &uri.as_str().into());
        }
        Ok(config)
    }
}
