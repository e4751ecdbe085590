//! The secrets, which `Debug` does not show.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

macro_rules! secret {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        ///
        /// It is erased from memory when dropped. `Debug` does not show it, and it is not `Serialize`.
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Creates the secret from its text.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into().into())
            }

            /// Returns the text, for a request to Plaid or for encryption.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

secret! {
    /// The access token of an Item. It gives full access until the Item is removed.
    AccessToken;
    /// The API secret of a client id.
    Secret;
}

impl<'de> Deserialize<'de> for AccessToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_a_secret() {
        assert_eq!(
            format!("{:?}", AccessToken::new("access-1")),
            "AccessToken(…)"
        );
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(…)");
    }
}
