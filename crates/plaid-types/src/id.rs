//! Plaid's identifiers and the two tokens that may reach a browser, each a type of its own.
//!
//! The access token is a type of `plaid-client`, on which no crate of the browser depends.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($( $(#[$meta:meta])* $name:ident; )+) => {$(
        $(#[$meta])*
        ///
        /// ```
        #[doc = concat!("use plaid_types::", stringify!($name), ";")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($name), "::new(\"abc\").as_str(), \"abc\");")]
        /// ```
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Creates it from the text that Plaid sent, without a check.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the text that Plaid sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        json_struct::json_text!($name);
    )+};
}

macro_rules! shown {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )+};
}

/// Tokens have no `Display`, and their `Debug` shows the type only, so that no token is logged by accident.
macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

id! {
    /// A token that opens Link (`link-sandbox-<uuid>`). It lives 4 hours for a new Item, 30 minutes in update mode.
    LinkToken;
    /// A token from Link's `onSuccess` (`public-sandbox-<uuid>`). It lives 30 minutes and is exchanged once.
    PublicToken;
    /// The id of an Item: one login at one institution. Safe to log.
    ItemId;
    /// The id of an account. Safe to log.
    AccountId;
    /// The id of a transaction. Safe to log.
    TransactionId;
    /// The id of an institution (`ins_109508`). Safe to log.
    InstitutionId;
    /// The id of a Link session. Safe to log; Plaid's support asks for it.
    LinkSessionId;
    /// The id of a request to Plaid. Safe to log; Plaid's support asks for it.
    RequestId;
    /// The id of a visit to a bank's OAuth page, from the query of the redirect URI.
    OauthStateId;
}
shown!(
    ItemId,
    AccountId,
    TransactionId,
    InstitutionId,
    LinkSessionId,
    RequestId,
    OauthStateId
);
hidden!(LinkToken, PublicToken);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_tokens() {
        let token = LinkToken::new("link-sandbox-1");
        assert_eq!(format!("{token:?}"), "LinkToken(…)");
        let token = PublicToken::new("public-sandbox-1");
        assert_eq!(format!("{token:?}"), "PublicToken(…)");
    }

    #[test]
    fn an_id_is_a_string_in_json() {
        let id: ItemId = serde_json::from_str(r#""abc""#).expect("an id");
        assert_eq!(id, ItemId::new("abc"));
        assert_eq!(serde_json::to_string(&id).expect("JSON"), r#""abc""#);
    }
}
