//! The backend's identifier of a user.

use uuid::Uuid;

/// The identifier of a user: random, and unrelated to who the user is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

impl UserId {
    /// Wraps an identifier that was created before.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Creates an identifier for a new user.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// Returns the identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
