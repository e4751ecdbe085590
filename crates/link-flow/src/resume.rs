//! The record that resumes a visit after a bank's redirect, and the reasons why it may not.

use json_struct::json_struct;
use plaid_types::{ItemId, LinkToken, OauthStateId};

use crate::purpose::Purpose;
use crate::token::Millis;

/// The version of the stored form.
const VERSION: u16 = 1;

json_struct! {
    /// An open visit in the browser's storage.
    ///
    /// ```
    /// use link_flow::{Purpose, ResumeError, ResumeRecord};
    ///
    /// let record = ResumeRecord::new("ann".to_owned(), "link-1".into(), 1_000, Purpose::NewItem);
    /// assert!(record.clone().open("ann", 999).is_ok());
    /// assert_eq!(record.open("ann", 1_000), Err(ResumeError::Expired));
    /// ```
    pub struct ResumeRecord {
        /// The version of the stored form.
        pub version: u16 = "version",
        /// The user who was signed in.
        pub user: String = "user",
        /// The token that Link was opened with.
        pub link_token: LinkToken = "link_token",
        /// The time when the token expires, in milliseconds since 1970.
        pub expires_at: u64 = "expires_at",
        /// The Item in update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// Whether accounts are selected again.
        pub account_selection: bool = ?"account_selection",
    }
}

impl ResumeRecord {
    /// Creates a record that is bound to the signed-in user.
    #[must_use]
    pub fn new(user: String, link_token: LinkToken, expires_at: Millis, purpose: Purpose) -> Self {
        let (item_id, account_selection) = purpose.into_parts();
        Self {
            version: VERSION,
            user,
            link_token,
            expires_at,
            item_id,
            account_selection,
        }
    }

    /// Returns the same record if it belongs to this user and its token has not expired.
    ///
    /// # Errors
    ///
    /// The reason why the record must be removed.
    pub fn open(self, user: &str, now: Millis) -> Result<Self, ResumeError> {
        if self.version != VERSION {
            return Err(ResumeError::Corrupt);
        }
        if self.user != user {
            return Err(ResumeError::Foreign);
        }
        if now >= self.expires_at {
            return Err(ResumeError::Expired);
        }
        Ok(self)
    }
}

/// The reason why a visit cannot be resumed after a bank's redirect.
///
/// ```
/// use link_flow::{Event, ResumeError};
///
/// let event = Event::ResumeFailed(ResumeError::Missing);
/// # let _ = event;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ResumeError {
    /// The redirect URI has no `oauth_state_id`.
    #[error("the redirect URI has no oauth_state_id")]
    NoState,
    /// There is no record, as in another browser.
    #[error("this browser has no record of the visit to the bank")]
    Missing,
    /// The record cannot be read.
    #[error("the record of the visit to the bank cannot be read")]
    Corrupt,
    /// The record belongs to another user.
    #[error("another user started the visit to the bank")]
    Foreign,
    /// The user is signed out. After signing in, the record may still be good.
    #[error("the user is signed out")]
    SignedOut,
    /// The backend did not say who is signed in. The record may still be good.
    #[error("the backend did not say who is signed in")]
    Unreachable,
    /// The Link token has expired.
    #[error("the visit to the bank took too long: its Link token has expired")]
    Expired,
}

impl ResumeError {
    /// Returns whether only a new visit helps. Otherwise a retry asks for the user again.
    ///
    /// ```
    /// use link_flow::ResumeError;
    ///
    /// assert!(ResumeError::Expired.is_final());
    /// assert!(!ResumeError::SignedOut.is_final(), "the user can sign in");
    /// ```
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Unreachable | Self::SignedOut)
    }
}

/// Returns the `oauth_state_id` in the query of a URL, if it has one.
///
/// ```
/// let url = "https://app.example.com/oauth?oauth_state_id=1b2c";
/// assert_eq!(link_flow::oauth_state_id(url), Some("1b2c".into()));
/// assert_eq!(link_flow::oauth_state_id("https://app.example.com/oauth"), None);
/// ```
#[must_use]
pub fn oauth_state_id(url: &str) -> Option<OauthStateId> {
    let before_fragment = url.split('#').next()?;
    let (_, query) = before_fragment.split_once('?')?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, value)| *key == "oauth_state_id" && !value.is_empty())
        .map(|(_, value)| OauthStateId::from(value))
}
