//! The outbox: successes that the backend has not acknowledged yet, in memory and in the browser's storage.

use json_struct::{Object, json_struct};
use plaid_types::{ItemId, PublicToken};

use crate::failure::{Failure, FailureKind};
use crate::purpose::Purpose;
use crate::token::Millis;

/// The lifetime of a public token at Plaid.
const PUBLIC_TOKEN_LIFETIME: Millis = 30 * 60 * 1000;

/// The version of the stored form.
const VERSION: u16 = 1;

/// The arguments of `onSuccess`, for the backend.
///
/// ```
/// use link_flow::{Purpose, Success};
/// use plaid_types::json::Object;
///
/// let success = Success {
///     purpose: Purpose::NewItem,
///     public_token: Some("public-1".into()),
///     metadata: Object::from_iter([("link_session_id".to_owned(), "session-1".into())]),
///     succeeded_at: 1_000,
/// };
/// assert_eq!(success.session(), Some("session-1"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    /// The purpose of the visit.
    pub purpose: Purpose,
    /// The public token. It may be missing in update mode, where it is not needed.
    pub public_token: Option<PublicToken>,
    /// The metadata, unread: [`SuccessMetadata::from`](plaid_types::link::SuccessMetadata) reads its fields.
    pub metadata: Object,
    /// The time of the success.
    pub succeeded_at: Millis,
}

/// The number of a success within its flow.
///
/// ```
/// use link_flow::{Event, SuccessId};
///
/// let event = Event::ResendDue { success: SuccessId(0), now: 5_000 };
/// # let _ = event;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SuccessId(pub u32);

/// A success that the backend has not acknowledged.
///
/// ```
/// use link_flow::{State, Unsent};
///
/// fn is_being_sent(state: &State) -> bool {
///     state.outbox.iter().any(|unsent: &Unsent| unsent.failure.is_none())
/// }
/// assert!(!is_being_sent(&State::default()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Unsent {
    /// The number of the success.
    pub id: SuccessId,
    /// The success itself.
    pub success: Success,
    /// The number of failed submissions.
    pub failures: u32,
    /// The last failure; none while a submission is in flight.
    pub failure: Option<Failure>,
}

impl Success {
    /// Returns whether both are of the same visit.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.public_token, &other.public_token) {
            (Some(one), Some(another)) => one == another,
            _ => self.session().is_some() && self.session() == other.session(),
        }
    }

    /// Returns whether the public token has expired.
    pub(crate) fn is_expired(&self, now: Millis) -> bool {
        now.saturating_sub(self.succeeded_at) >= PUBLIC_TOKEN_LIFETIME
    }

    /// Adds the id of the visit to a failure of its submission, for Plaid's support.
    pub(crate) fn failed(&self, failure: Failure) -> Failure {
        Failure {
            link_session_id: self.session().map(str::to_owned),
            ..failure
        }
    }

    /// Returns the `link_session_id` of the visit, if Link sent it.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.metadata.get("link_session_id")?.as_str()
    }
}

impl Unsent {
    /// Returns the delay before the next submission: one second, doubled each time, at most a minute.
    pub(crate) fn backoff(&self) -> Millis {
        let doublings = self.failures.saturating_sub(1).min(6);
        (1000 << doublings).min(60_000)
    }
}

json_struct! {
    /// A success in the browser's storage.
    ///
    /// ```
    /// use link_flow::{OutboxError, OutboxRecord, Purpose, Success};
    ///
    /// let success = Success {
    ///     purpose: Purpose::NewItem,
    ///     public_token: Some("public-1".into()),
    ///     metadata: Default::default(),
    ///     succeeded_at: 1_000,
    /// };
    /// let record = OutboxRecord::new("ann".to_owned(), success.clone());
    /// assert_eq!(record.clone().open("ann", 2_000), Ok(success));
    /// assert_eq!(record.open("bob", 2_000), Err(OutboxError::Foreign));
    /// ```
    pub struct OutboxRecord {
        /// The version of the stored form.
        pub version: u16 = "version",
        /// The user who was signed in.
        pub user: String = "user",
        /// The Item in update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// Whether accounts were selected again.
        pub account_selection: bool = ?"account_selection",
        /// The public token. It may be missing in update mode.
        pub public_token: Option<PublicToken> = "public_token",
        /// The metadata of `onSuccess`.
        pub metadata: Object = "metadata",
        /// The time of the success, in milliseconds since 1970.
        pub succeeded_at: u64 = "succeeded_at",
    }
}

impl OutboxRecord {
    /// Creates a record that is bound to the signed-in user.
    #[must_use]
    pub fn new(user: String, success: Success) -> Self {
        let (item_id, account_selection) = success.purpose.into_parts();
        Self {
            version: VERSION,
            user,
            item_id,
            account_selection,
            public_token: success.public_token,
            metadata: success.metadata,
            succeeded_at: success.succeeded_at,
        }
    }

    /// Returns the success if it belongs to this user and its public token may still be valid.
    ///
    /// # Errors
    ///
    /// The reason why the record must be removed.
    pub fn open(self, user: &str, now: Millis) -> Result<Success, OutboxError> {
        if self.version != VERSION {
            return Err(OutboxError::Corrupt);
        }
        if self.user != user {
            return Err(OutboxError::Foreign);
        }
        // Update mode needs no public token.
        if self.public_token.is_none() && self.item_id.is_none() {
            return Err(OutboxError::Corrupt);
        }
        let success = Success {
            purpose: Purpose::from_parts(self.item_id, self.account_selection),
            public_token: self.public_token,
            metadata: self.metadata,
            succeeded_at: self.succeeded_at,
        };
        if success.is_expired(now) {
            return Err(OutboxError::Expired);
        }
        Ok(success)
    }
}

/// The reason why a kept success is dropped.
///
/// ```
/// use link_flow::OutboxError;
///
/// assert_eq!(OutboxError::Expired.to_string(), "the kept success is more than 30 minutes old");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// The record cannot be read, or another version wrote it.
    #[error("the kept success cannot be read")]
    Corrupt,
    /// The record belongs to another user.
    #[error("the kept success belongs to another user")]
    Foreign,
    /// The public token has expired.
    #[error("the kept success is more than 30 minutes old")]
    Expired,
}

impl From<OutboxError> for Failure {
    /// A success that can no longer be submitted is like one with an invalid public token.
    fn from(error: OutboxError) -> Self {
        Self::new(FailureKind::PublicTokenInvalid, error.to_string())
    }
}
