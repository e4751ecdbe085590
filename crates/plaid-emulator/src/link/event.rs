//! Link's events for `onEvent`.

use plaid_types::{
    PlaidError,
    link::{EventMetadata, EventName, LinkError, MfaType, ViewName},
};

/// An event of a visit, without time and ids.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: EventName,
    pub(crate) metadata: EventMetadata,
}

impl Event {
    pub(crate) fn new(name: EventName) -> Self {
        Self {
            name,
            metadata: EventMetadata::default(),
        }
    }

    /// Creates the event of another pane.
    pub(crate) fn view(view: ViewName) -> Self {
        Self::new(EventName::TransitionView).at(view)
    }

    /// Creates the event of an error.
    pub(crate) fn error(error: &PlaidError) -> Self {
        Self::new(EventName::Error)
            .at(ViewName::Error)
            .because(Some(error))
    }

    pub(crate) fn at(mut self, view: ViewName) -> Self {
        self.metadata.view_name = Some(view);
        self
    }

    pub(crate) fn because(mut self, error: Option<&PlaidError>) -> Self {
        self.metadata.error_type = error.map(|error| error.error_type.clone());
        self.metadata.error_code = error.map(|error| error.error_code.clone());
        self.metadata.error_message = error.map(|error| error.error_message.clone());
        self
    }

    pub(crate) fn mfa(mut self, kind: MfaType) -> Self {
        self.metadata.mfa_type = Some(kind);
        self
    }

    pub(crate) fn matched(mut self, reason: &str) -> Self {
        self.metadata.match_reason = Some(reason.to_owned());
        self
    }
}

/// Converts an error for `onExit`.
pub(crate) fn link_error(error: &PlaidError) -> LinkError {
    LinkError {
        error_type: Some(error.error_type.clone()),
        error_code: Some(error.error_code.clone()),
        error_message: Some(error.error_message.clone()),
        display_message: error.display_message.clone(),
        ..LinkError::default()
    }
}
