//! The errors of this crate.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// An error of a call to Link.
///
/// Errors inside Link are not among them: `on_exit` has them as a [`LinkError`](plaid_types::link::LinkError).
///
/// ```
/// use plaid_link::Error;
///
/// assert!(Error::NotALinkToken.to_string().contains("public keys"));
/// assert_eq!(Error::Refused("Invalid env".to_owned()).to_string(), "Plaid Link refused: Invalid env");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The script did not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The handler was used before there was a Link token.
    #[error(
        "there is no Link token yet: create one in the backend with /link/token/create before opening Link"
    )]
    NoToken,
    /// The token is not a Link token but, for example, a public key of an old integration.
    #[error(
        "this is not a Link token (`link-…`): Plaid has refused public keys since February 2025; \
         see docs/migrating-from-public-key.md"
    )]
    NotALinkToken,
    /// Link is open for another handler, or still closing. It shows one visit at a time.
    #[error(
        "Plaid Link is still open and shows one visit at a time: open it again after `on_success` or `on_exit`"
    )]
    StillOpen,
    /// Link threw an exception, with this message.
    #[error("Plaid Link refused: {0}")]
    Refused(String),
}

impl Error {
    /// Creates an error from a thrown value, which may be an `Error`, a string or anything else.
    pub(crate) fn refused(thrown: &JsValue) -> Self {
        let message = Reflect::get(thrown, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .or_else(|| thrown.as_string());
        Self::Refused(message.unwrap_or_else(|| "it threw a value without a message".to_owned()))
    }
}

/// An error of loading Link's script. Each can be retried by another call of [`load`](crate::load).
///
/// ```
/// use plaid_link::{LINK_SCRIPT_URL, LoadError};
///
/// let error = LoadError::TimedOut { src: LINK_SCRIPT_URL.to_owned(), seconds: 30 };
/// assert!(error.to_string().ends_with("did not load within 30 s"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The browser could not load the script: it is offline, or a content blocker or the page's CSP stops it.
    #[error(
        "Plaid Link's script {src} did not load: check the connection, content blockers and the page's CSP"
    )]
    Blocked {
        /// The address of the script.
        src: String,
    },
    /// The script ran but did not define `window.Plaid`, so it is another script.
    #[error(
        "{src} loaded, but it is not Plaid Link's script: check for a proxy or a captive portal"
    )]
    NotPlaid {
        /// The address of the script.
        src: String,
    },
    /// The script neither loaded nor failed before the deadline.
    #[error("Plaid Link's script {src} did not load within {seconds} s")]
    TimedOut {
        /// The address of the script.
        src: String,
        /// The deadline in seconds.
        seconds: u32,
    },
    /// The script has run, but Link's frame did not load before the deadline.
    #[error(
        "Plaid Link's frame did not load within {seconds} s: check the connection, content blockers and the page's CSP"
    )]
    FrameBlocked {
        /// The deadline in seconds.
        seconds: u32,
    },
    /// There is no document, as in a worker.
    #[error("Plaid Link needs a web page: there is no document")]
    NoDocument,
}
