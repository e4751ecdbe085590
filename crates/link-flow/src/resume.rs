//! Going on after a bank's redirect: what is kept when Link opens, and what can be wrong with it on the way back.

use json_struct::json_struct;
use plaid_types::{ItemId, LinkToken, OauthStateId};

use crate::purpose::Purpose;
use crate::token::Millis;

/// The version of the stored form.
const VERSION: u16 = 1;

json_struct! {
    /// What is kept in the browser's storage while Link is open.
    ///
    /// ```
    /// use link_flow::{Purpose, ResumeError, ResumeRecord};
    ///
    /// let record = ResumeRecord::new("ann".to_owned(), "link-1".into(), 1_000, Purpose::NewItem);
    /// assert!(record.clone().open("ann", 999).is_ok());
    /// assert_eq!(record.open("ann", 1_000), Err(ResumeError::Expired));
    /// ```
    pub struct ResumeRecord {
        /// The version of this form.
        pub version: u16 = "version",
        /// Who was signed in.
        pub user: String = "user",
        /// The token that Link was opened with.
        pub link_token: LinkToken = "link_token",
        /// When it ends.
        pub expires_at: u64 = "expires_at",
        /// The Item, in update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// Whether accounts are chosen anew.
        pub account_selection: bool = ?"account_selection",
    }
}

impl ResumeRecord {
    /// Binds a Link token to the user who was signed in.
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

    /// The same record, if it is this user's and its token still lives.
    ///
    /// # Errors
    ///
    /// Why Link cannot go on with it; it must go.
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

/// Why Link cannot go on after a bank's redirect.
///
/// ```
/// use link_flow::{Event, ResumeError};
///
/// let event = Event::ResumeFailed(ResumeError::Missing);
/// # let _ = event;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ResumeError {
    /// The address has no `oauth_state_id`.
    #[error("the bank's redirect carries no oauth_state_id")]
    NoState,
    /// Nothing was kept, as in another browser.
    #[error("this browser does not know of the visit to the bank")]
    Missing,
    /// What was kept cannot be read.
    #[error("what was kept of the visit to the bank cannot be read")]
    Corrupt,
    /// Another user went to the bank.
    #[error("another user began the visit to the bank")]
    Foreign,
    /// Nobody is signed in any more. What was kept may still serve whoever was.
    #[error("nobody is signed in any more")]
    SignedOut,
    /// The backend did not say who is signed in. What was kept may still serve.
    #[error("nobody could be asked who is signed in")]
    Unreachable,
    /// The Link token has expired meanwhile.
    #[error("the visit to the bank took too long: its Link token has expired")]
    Expired,
}

impl ResumeError {
    /// Whether only a new visit helps: asking again who is signed in does not.
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

/// The `oauth_state_id` in the query of an address, if it carries one.
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
