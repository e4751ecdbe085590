//! Why a request fails.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use plaid_client::WebhookError;
use plaid_types::ItemId;

use crate::store::error::StoreError;
use crate::store::vault::VaultError;

/// Why a request fails. `http::error` gives each variant its status and its words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The body is not JSON. The body stays out of logs and answers, because it may hold a token.
    #[error("the body is not JSON")]
    Malformed,
    /// The body is JSON, but its content is not acceptable.
    #[error("the request is not acceptable: {0}")]
    Invalid(&'static str),
    /// The body is longer than the route accepts.
    #[error("the body is too large")]
    TooLarge,
    /// The client stopped sending the body.
    #[error("the body did not arrive")]
    BodyNotReceived,
    /// The `Content-Type` of the body is not JSON.
    #[error("the request is not of type application/json")]
    NotJson,
    /// The request has no session, or an expired one.
    #[error("the user is not signed in")]
    SignedOut,
    /// The request was sent by a page of another site.
    #[error("the request came from another site")]
    CrossSite,
    /// The resource does not exist, or belongs to another user.
    #[error("the resource does not exist")]
    NotFound,
    /// The route does not accept the request's method.
    #[error("the method is not allowed")]
    MethodNotAllowed,
    /// The public token is unknown, expired, used, or another user's.
    #[error("the public token is not valid")]
    PublicTokenInvalid(#[source] Option<plaid_client::Error>),
    /// Plaid exchanged the public token, but its answer never arrived, and Plaid does not repeat it.
    #[error("Plaid's answer to the exchange is lost")]
    AnswerLost(#[source] Option<plaid_client::Error>),
    /// The accounts are connected already, in this Item.
    #[error("the accounts are connected already, in Item {0}")]
    Duplicate(ItemId),
    /// The webhook is not Plaid's, or the key of its signature could not be fetched.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The body of a webhook is longer than any of Plaid's.
    #[error("the body of the webhook is too large")]
    WebhookTooLarge,
    /// The memory for webhooks that are being received is full. Plaid sends it again.
    #[error("too many webhooks are being received: this one was not read")]
    WebhooksWaiting,
    /// The webhook could not be stored. Plaid sends it again.
    #[error("the webhook could not be stored")]
    WebhookNotStored(#[source] Arc<StoreError>),
    /// The user sends more requests than allowed; the next one is allowed after this time.
    #[error("the user sends too many requests")]
    RateLimited(Duration),
    /// An address sends more requests than allowed; the next one is allowed after this time.
    #[error("the address sends too many requests")]
    AddressLimited(Duration),
    /// The user has too many event streams open.
    #[error("the user has too many event streams")]
    TooManyStreams,
    /// The calls to Plaid that the settings allow are used up; the next one is allowed after this time.
    #[error("the calls to Plaid are used up: raise CONNECT_PLAID_RATE_LIMIT if Plaid allows more")]
    PlaidBudget(Duration),
    /// The process is about to end.
    #[error("the backend is stopping")]
    Stopping,
    /// An Item was created at Plaid but could not be saved here.
    #[error("the Item could not be saved")]
    NotSaved(#[source] StoreError),
    /// Plaid refused the request, limited it, or did not answer.
    #[error(transparent)]
    Plaid(#[from] plaid_client::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A value could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file of the app cannot be read.
    #[error("a file of the app cannot be read")]
    FileUnreadable,
    /// The request took longer than its deadline.
    #[error("the request exceeded its deadline")]
    DeadlineExceeded,
    /// The handler panicked: a bug.
    #[error("the handler panicked")]
    Panicked,
}

/// The result of what a request asks for.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Formats an error and all its causes as one line.
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}
