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
    /// Where the script comes from, its nonce, its deadline.
    #[must_use]
    pub fn load(mut self, load: LoadOptions) -> Self {
        self.load = load;
        self
    }

    /// What the flow is for at first, a new Item unless told otherwise; see [`UseLinkFlowReturn::change`](crate::UseLinkFlowReturn::change).
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Whether a handler is kept ready ahead of the click, as it is unless told otherwise.
    #[must_use]
    pub fn prepare(mut self, prepare: bool) -> Self {
        self.prepare = prepare;
        self
    }

    /// On the page of the redirect URI, the whole address as the browser shows it: Link goes on by itself.
    #[must_use]
    pub fn received_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.received_redirect_uri = Some(uri.into());
        self
    }

    /// Seconds until a question to the backend counts as not answered; 60 unless told otherwise.
    #[must_use]
    pub fn deadline_seconds(mut self, seconds: u32) -> Self {
        self.deadline_seconds = seconds;
        self
    }

    callback_builders!(on_event);
}
