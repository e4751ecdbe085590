//! The ends of a visit to Link.

use json_struct::Object;
use plaid_types::ItemId;

use crate::failure::Failure;
use crate::purpose::Purpose;

/// The end of a visit to Link.
///
/// ```
/// use link_flow::Outcome;
///
/// fn is_success(outcome: &Outcome) -> bool {
///     matches!(outcome, Outcome::Linked(_) | Outcome::Repaired(_))
/// }
/// assert!(is_success(&Outcome::Linked("item-1".into())));
/// ```
#[allow(
    clippy::large_enum_variant,
    reason = "a flow has one outcome, and a box would complicate every match"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A new Item is connected.
    Linked(ItemId),
    /// An Item is repaired.
    Repaired(ItemId),
    /// The login is connected already, as this Item. Nothing was exchanged.
    Duplicate(ItemId),
    /// Link succeeded without an Item, as in identity verification.
    Finished,
    /// The user left Link.
    Left(Exit),
    /// Link succeeded, but the success could not be submitted. The user must open Link again.
    Lost(Failure),
}

/// The arguments of `onExit`, unread.
///
/// [`LinkError::from`](plaid_types::link::LinkError) and [`ExitMetadata::from`](plaid_types::link::ExitMetadata) read all of
/// their fields.
///
/// ```
/// use link_flow::Exit;
/// use plaid_types::json::Object;
///
/// let error = Object::from_iter([("error_code".to_owned(), "ITEM_LOCKED".into())]);
/// let exit = Exit { error: Some(error), ..Exit::default() };
/// assert_eq!(exit.error_code(), Some("ITEM_LOCKED"));
/// assert_eq!(exit.status(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exit {
    /// The purpose of the visit.
    pub purpose: Purpose,
    /// The last error that the user saw, if any.
    pub error: Option<Object>,
    /// The metadata, such as the pane that the user left.
    pub metadata: Object,
}

impl Exit {
    /// Returns the code of the error, such as `INVALID_LINK_TOKEN`.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error.as_ref()?.get("error_code")?.as_str()
    }

    /// Returns Plaid's message for users, if it has one.
    #[must_use]
    pub fn display_message(&self) -> Option<&str> {
        let message = self.error.as_ref()?.get("display_message")?.as_str();
        message.filter(|message| !message.is_empty())
    }

    /// Returns where the user left, such as `requires_credentials`; see [`ExitStatus`](plaid_types::link::ExitStatus).
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.metadata.get("status")?.as_str()
    }

    /// Returns the id of the visit, for Plaid's support.
    #[must_use]
    pub fn link_session_id(&self) -> Option<&str> {
        self.metadata.get("link_session_id")?.as_str()
    }

    /// Returns the id of Link's last request, for Plaid's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.metadata.get("request_id")?.as_str()
    }
}
