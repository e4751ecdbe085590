//! Failed requests, as problem details.

use std::fmt;

use json_struct::{json_enum, json_struct};
use plaid_types::{ItemId, RequestId};

json_struct! {
    /// A failed request, as RFC 9457 problem details (`application/problem+json`).
    #[derive(Eq)]
    pub struct Problem {
        /// The stable code, by which programs tell problems apart.
        pub code: ProblemCode = "code",
        /// What happened, in words.
        pub title: String = "title",
        /// The HTTP status.
        pub status: u16 = "status",
        /// What to do, in words.
        pub detail: Option<String> = ?"detail",
        /// The id of the request in the backend's log.
        pub request_id: Option<String> = ?"request_id",
        /// Plaid's error type, if Plaid answered with an error.
        pub error_type: Option<String> = ?"error_type",
        /// Plaid's error code, if Plaid answered with an error.
        pub error_code: Option<String> = ?"error_code",
        /// Plaid's message for users, if Plaid answered with one.
        pub display_message: Option<String> = ?"display_message",
        /// The id of Plaid's request, for Plaid's support.
        pub plaid_request_id: Option<RequestId> = ?"plaid_request_id",
        /// The Item that has the accounts already, with `duplicate_item`.
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
    /// The code of a problem.
    pub enum ProblemCode {
        /// The request is invalid (400, 413, 415, 422).
        InvalidRequest => "invalid_request",
        /// Nobody is signed in (401).
        SignedOut => "signed_out",
        /// The request came from another site (403).
        CrossSite => "cross_site",
        /// The resource does not exist, or belongs to another user (404, 405).
        NotFound => "not_found",
        /// The public token is unknown, expired, or was used for something else (409).
        PublicTokenInvalid => "public_token_invalid",
        /// The accounts are connected already, in the Item of `item_id` (409). Nothing was exchanged.
        DuplicateItem => "duplicate_item",
        /// Too many requests (429).
        RateLimited => "rate_limited",
        /// Plaid refused the request (502).
        PlaidRefused => "plaid_refused",
        /// Plaid did not answer in time, or its answer cannot be read (502, 503, 504).
        PlaidUnavailable => "plaid_unavailable",
        /// The backend failed (500).
        Internal => "internal",
        /// A code that this version does not know.
        Unknown => "unknown",
    }
}
