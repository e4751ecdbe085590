use std::fmt;

use json_struct::{json_enum, json_struct};
use plaid_types::{ItemId, RequestId};

json_struct! {
    /// Why a request failed, as RFC 9457 problem details (`application/problem+json`).
    #[derive(Eq)]
    pub struct Problem {
        /// What programs decide by; stable.
        pub code: ProblemCode = "code",
        /// What happened, for a person.
        pub title: String = "title",
        /// The HTTP status.
        pub status: u16 = "status",
        /// What to do about it, for a person.
        pub detail: Option<String> = ?"detail",
        /// Our request, as it stands in the backend's log.
        pub request_id: Option<String> = ?"request_id",
        /// Plaid's error type, where Plaid spoke.
        pub error_type: Option<String> = ?"error_type",
        /// Plaid's error code, where Plaid spoke.
        pub error_code: Option<String> = ?"error_code",
        /// Plaid's words for users, where Plaid spoke.
        pub display_message: Option<String> = ?"display_message",
        /// Plaid's request, for its support.
        pub plaid_request_id: Option<RequestId> = ?"plaid_request_id",
        /// The Item that is in the way, where one is.
        pub item_id: Option<ItemId> = ?"item_id",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Problem {}

json_enum! {
    /// The kinds of problem.
    pub enum ProblemCode {
        /// The request was not understood (400, 413, 415, 422).
        InvalidRequest => "invalid_request",
        /// Nobody is signed in (401).
        SignedOut => "signed_out",
        /// The request came from another site (403).
        CrossSite => "cross_site",
        /// There is no such thing, or it is not the user's (404, 405).
        NotFound => "not_found",
        /// The public token is unknown, expired, or was used for something else (409).
        PublicTokenInvalid => "public_token_invalid",
        /// These accounts are connected already, in the Item that `item_id` names (409). Nothing was exchanged.
        DuplicateItem => "duplicate_item",
        /// Too many requests (429).
        RateLimited => "rate_limited",
        /// Plaid refused (502).
        PlaidRefused => "plaid_refused",
        /// Plaid did not answer, or not in time, or not in its own language (502, 503, 504).
        PlaidUnavailable => "plaid_unavailable",
        /// The backend failed (500).
        Internal => "internal",
        /// A kind that this version does not know.
        Unknown => "unknown",
    }
}
