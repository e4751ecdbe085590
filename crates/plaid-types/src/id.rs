//! Plaid's identifiers and the two tokens that may reach a browser, each a type of its own.
//!
//! An access token is not among them: it lives in `plaid-client`, on which no browser crate depends.

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
            /// Takes the text as Plaid sent it; nothing is checked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as Plaid sent it.
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

/// A token opens something: no `Display`, and `Debug` shows its kind only, so that none is logged by accident.
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
    /// Opens Link once (`link-sandbox-<uuid>`); lives 4 hours for a new Item, 30 minutes for update mode.
    LinkToken;
    /// What Link hands over on success (`public-sandbox-<uuid>`); lives 30 minutes, exchanged once.
    PublicToken;
    /// Names an Item: one login at one institution. Safe to log.
    ItemId;
    /// Names an account of an Item. Safe to log.
    AccountId;
    /// Names a transaction of an account. Safe to log.
    TransactionId;
    /// Names an institution (`ins_109508`). Safe to log.
    InstitutionId;
    /// Names one visit to Link. Safe to log, and what Plaid's support asks for.
    LinkSessionId;
    /// Names one request to Plaid. Safe to log, and what Plaid's support asks for.
    RequestId;
    /// Names one visit to a bank's OAuth page; comes back in the redirect's query.
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
