use std::fmt;

use plaid_types::{ItemId, RequestId};
use serde::{Deserialize, Serialize};

/// Why a request failed, as RFC 9457 problem details (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What programs decide by; stable.
    pub code: ProblemCode,
    /// What happened, for a person.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Our request, as it stands in the backend's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Plaid's error type, where Plaid spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// Plaid's error code, where Plaid spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Plaid's words for users, where Plaid spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_message: Option<String>,
    /// Plaid's request, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plaid_request_id: Option<RequestId>,
    /// The Item that is in the way, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<ItemId>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Problem {}

/// The kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The request was not understood (400, 413, 415, 422).
    InvalidRequest,
    /// Nobody is signed in (401).
    SignedOut,
    /// The request came from another site (403).
    CrossSite,
    /// There is no such thing, or it is not the user's (404, 405).
    NotFound,
    /// The public token is unknown, expired, or was used for something else (409).
    PublicTokenInvalid,
    /// These accounts are connected already, in the Item that `item_id` names (409). Nothing was exchanged.
    DuplicateItem,
    /// Too many requests (429).
    RateLimited,
    /// Plaid refused (502).
    PlaidRefused,
    /// Plaid did not answer, or not in time, or not in its own language (502, 503, 504).
    PlaidUnavailable,
    /// The backend failed (500).
    Internal,
    /// A kind that this version does not know.
    #[serde(other)]
    Unknown,
}
