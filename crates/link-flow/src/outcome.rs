//! The ends of a visit to Link.

use json_struct::Object;
use plaid_types::ItemId;

use crate::failure::Failure;
use crate::purpose::Purpose;

/// How a visit to Link ended.
///
/// ```
/// use link_flow::Outcome;
///
/// fn is_news(outcome: &Outcome) -> bool {
///     matches!(outcome, Outcome::Linked(_) | Outcome::Repaired(_))
/// }
/// assert!(is_news(&Outcome::Linked("item-1".into())));
/// ```
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of it, and a box would burden every reader"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The backend has the Item.
    Linked(ItemId),
    /// The Item works again.
    Repaired(ItemId),
    /// The same login is connected already, as this Item; nothing was exchanged.
    Duplicate(ItemId),
    /// Link succeeded, but made no Item, as in identity verification.
    Finished,
    /// The user left.
    Left(Exit),
    /// Link succeeded, but the backend can do nothing with the result; only a new visit helps.
    Lost(Failure),
}

/// What Link said when the user left, as Link said it: [`LinkError::from`](plaid_types::link::LinkError) and
/// [`ExitMetadata::from`](plaid_types::link::ExitMetadata) read the whole of it.
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
    /// What the visit was for.
    pub purpose: Purpose,
    /// The last error that the user met, if any.
    pub error: Option<Object>,
    /// Where the user was.
    pub metadata: Object,
}

impl Exit {
    /// What went wrong, such as `INVALID_LINK_TOKEN`, if anything did.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error.as_ref()?.get("error_code")?.as_str()
    }

    /// Plaid's words for users, where it has some.
    #[must_use]
    pub fn display_message(&self) -> Option<&str> {
        let told = self.error.as_ref()?.get("display_message")?.as_str();
        told.filter(|told| !told.is_empty())
    }

    /// Where the user was, such as `requires_credentials`; see [`ExitStatus`](plaid_types::link::ExitStatus).
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.metadata.get("status")?.as_str()
    }

    /// What Plaid's support finds the visit by.
    #[must_use]
    pub fn link_session_id(&self) -> Option<&str> {
        self.metadata.get("link_session_id")?.as_str()
    }

    /// What Plaid's support finds Link's last request by.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.metadata.get("request_id")?.as_str()
    }
}
