//! Successes that the backend has not acknowledged yet, in memory and in the browser's storage.

use json_struct::{Object, json_struct};
use plaid_types::{ItemId, PublicToken};

use crate::failure::{Failure, FailureKind};
use crate::purpose::Purpose;
use crate::token::Millis;

/// How long Plaid honours a public token.
const PUBLIC_TOKEN_LIFETIME: Millis = 30 * 60 * 1000;

/// The version of the stored form.
const VERSION: u16 = 1;

/// What Link's `onSuccess` said, to be told to the backend.
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
    /// What the visit was for.
    pub purpose: Purpose,
    /// Null in update mode at times, where it is of no use.
    pub public_token: Option<PublicToken>,
    /// What was linked, as Link said it: [`SuccessMetadata::from`](plaid_types::link::SuccessMetadata) reads it.
    pub metadata: Object,
    /// When.
    pub succeeded_at: Millis,
}

/// Tells the successes of one flow apart.
///
/// ```
/// use link_flow::{Event, SuccessId};
///
/// let event = Event::ResendDue { success: SuccessId(0), now: 5_000 };
/// # let _ = event;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SuccessId(pub u32);

/// A success on its way to the backend.
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
    /// Which.
    pub id: SuccessId,
    /// What to tell.
    pub success: Success,
    /// How often it failed.
    pub failures: u32,
    /// Why it failed last; none while it is being sent.
    pub failure: Option<Failure>,
}

impl Success {
    /// Whether both tell of the same visit.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.public_token, &other.public_token) {
            (Some(one), Some(another)) => one == another,
            _ => self.session().is_some() && self.session() == other.session(),
        }
    }

    /// Whether its public token has ended.
    pub(crate) fn is_expired(&self, now: Millis) -> bool {
        now.saturating_sub(self.succeeded_at) >= PUBLIC_TOKEN_LIFETIME
    }

    /// Names this visit to Link in a failure to deliver it, for Plaid's support.
    pub(crate) fn failed(&self, failure: Failure) -> Failure {
        Failure {
            link_session_id: self.session().map(str::to_owned),
            ..failure
        }
    }

    /// This visit to Link, if Link named it.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.metadata.get("link_session_id")?.as_str()
    }
}

impl Unsent {
    /// Milliseconds to wait before the next try: 1 s, doubled each time, at most a minute.
    pub(crate) fn backoff(&self) -> Millis {
        let doublings = self.failures.saturating_sub(1).min(6);
        (1000 << doublings).min(60_000)
    }
}

json_struct! {
    /// A success as it is kept in the browser's storage.
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
        /// The version of this form.
        pub version: u16 = "version",
        /// Who was signed in.
        pub user: String = "user",
        /// The Item, in update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// Whether accounts were chosen anew.
        pub account_selection: bool = ?"account_selection",
        /// Null in update mode at times.
        pub public_token: Option<PublicToken> = "public_token",
        /// What was linked.
        pub metadata: Object = "metadata",
        /// When.
        pub succeeded_at: u64 = "succeeded_at",
    }
}

impl OutboxRecord {
    /// Binds a success to the user who was signed in.
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

    /// The success, if it is this user's and its public token can still be worth something.
    ///
    /// # Errors
    ///
    /// Why the record is of no use and must go.
    pub fn open(self, user: &str, now: Millis) -> Result<Success, OutboxError> {
        if self.version != VERSION {
            return Err(OutboxError::Corrupt);
        }
        if self.user != user {
            return Err(OutboxError::Foreign);
        }
        // Only a repair needs no public token.
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

/// Why a kept success was dropped.
///
/// ```
/// use link_flow::OutboxError;
///
/// assert_eq!(OutboxError::Expired.to_string(), "the kept success is more than 30 minutes old");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// It cannot be read, or another version wrote it.
    #[error("the kept success cannot be read")]
    Corrupt,
    /// Another user linked it.
    #[error("the kept success belongs to another user")]
    Foreign,
    /// Its public token has expired.
    #[error("the kept success is more than 30 minutes old")]
    Expired,
}

impl From<OutboxError> for Failure {
    /// Whatever it was that kept the success from the backend, its public token is worth nothing any more.
    fn from(error: OutboxError) -> Self {
        Self::new(FailureKind::PublicTokenInvalid, error.to_string())
    }
}
