//! The options of the hook.

use link_flow::Purpose;

use crate::plaid_link_crate::{Callbacks, LoadOptions, callback_builders};

/// Options of [`use_link_flow`](crate::use_link_flow()).
///
/// ```
/// use leptos_plaid_link::{LoadOptions, UseLinkFlowOptions};
///
/// let load = LoadOptions { nonce: Some("r4nd0m".to_owned()), ..LoadOptions::default() };
/// let options = UseLinkFlowOptions::default()
///     .load(load)
///     .prepare(false)
///     .on_event(|name, metadata| {
///         // send both to your analytics
///         # let _ = (name, metadata);
///     });
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct UseLinkFlowOptions {
    pub(super) load: LoadOptions,
    pub(super) purpose: Purpose,
    pub(super) prepare: bool,
    pub(super) received_redirect_uri: Option<String>,
    pub(super) deadline_seconds: u32,
    pub(super) callbacks: Callbacks,
}

impl Default for UseLinkFlowOptions {
    fn default() -> Self {
        Self {
            load: LoadOptions::default(),
            purpose: Purpose::NewItem,
            prepare: true,
            received_redirect_uri: None,
            deadline_seconds: 60,
            callbacks: Callbacks::default(),
        }
    }
}

impl UseLinkFlowOptions {
    /// Sets the options of Link's script.
    #[must_use]
    pub fn load(mut self, load: LoadOptions) -> Self {
        self.load = load;
        self
    }

    /// Sets the first purpose of the flow, a new Item by default. To change it later, see
    /// [`UseLinkFlowReturn::change`](crate::UseLinkFlowReturn::change).
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Sets whether a handler is prepared ahead of the click; true by default.
    #[must_use]
    pub fn prepare(mut self, prepare: bool) -> Self {
        self.prepare = prepare;
        self
    }

    /// Sets the whole redirect URI, on its page only, as the browser shows it. Link then opens by itself.
    #[must_use]
    pub fn received_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.received_redirect_uri = Some(uri.into());
        self
    }

    /// Sets the deadline of each request to the backend in seconds; 60 by default.
    #[must_use]
    pub fn deadline_seconds(mut self, seconds: u32) -> Self {
        self.deadline_seconds = seconds;
        self
    }

    callback_builders!(on_event);
}
