use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Why Link could not be created or driven.
///
/// What goes wrong inside Link is not here: it reaches `on_exit` as a
/// [`LinkError`](plaid_types::link::LinkError).
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
    /// `open` came before a Link token.
    #[error(
        "Link has no Link token yet: ask the backend for one with /link/token/create before opening"
    )]
    NoToken,
    /// The token is not a Link token: a public key or a public token of an old integration, or none at all.
    #[error(
        "this is not a Link token (`link-…`): Plaid has refused public keys since February 2025; \
         see docs/migrating-from-public-key.md"
    )]
    NotALinkToken,
    /// Link is on the screen for another handler, or is about to leave it: it shows one visit at a time.
    #[error(
        "Plaid Link is still open, and shows one visit at a time: open again once `on_success` or `on_exit` has come"
    )]
    StillOpen,
    /// Link's script refused; this is what it said.
    #[error("Plaid Link refused: {0}")]
    Refused(String),
}

impl Error {
    /// Any JavaScript value can be thrown: an `Error` has a message, the rest is shown as it is.
    pub(crate) fn refused(thrown: &JsValue) -> Self {
        let message = Reflect::get(thrown, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .or_else(|| thrown.as_string());
        Self::Refused(message.unwrap_or_else(|| "it threw something that is no error".to_owned()))
    }
}

/// Why Link's script did not load. Each can be tried again by calling [`load`](crate::load) once more.
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
    /// The browser reported a failure: offline, a content blocker, or a content security policy.
    #[error(
        "Plaid Link's script {src} did not load: check the connection, content blockers and the page's CSP"
    )]
    Blocked {
        /// Where the script should have come from.
        src: String,
    },
    /// The script ran, but left no `window.Plaid`: something else answered in its place.
    #[error(
        "{src} loaded, but it is not Plaid Link's script: something between here and there replaced it"
    )]
    NotPlaid {
        /// Where the script came from.
        src: String,
    },
    /// Neither loaded nor failed in time.
    #[error("Plaid Link's script {src} did not load within {seconds} s")]
    TimedOut {
        /// Where the script should have come from.
        src: String,
        /// The deadline.
        seconds: u32,
    },
    /// There is no page to load it into, as on a server.
    #[error("Plaid Link needs a web page: there is no document here")]
    NoDocument,
}
