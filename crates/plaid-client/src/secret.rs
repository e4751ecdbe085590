use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

macro_rules! secret {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        ///
        /// Wiped from memory when dropped; `Debug` shows nothing of it, and it cannot be serialized by accident.
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the text as it came.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into().into())
            }

            /// The text itself: for a request to Plaid, or for encryption.
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
    /// Opens an Item to whoever holds it, for as long as the Item lives.
    AccessToken;
    /// The API secret that goes with a client id.
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
    fn a_secret_does_not_show_itself() {
        assert_eq!(
            format!("{:?}", AccessToken::new("access-1")),
            "AccessToken(…)"
        );
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(…)");
    }
}
