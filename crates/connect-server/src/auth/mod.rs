//! Sign-in: who sends a request.

mod cookie;
pub(crate) mod demo;

use std::fmt;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};

use crate::error::Result;
use crate::user::UserId;

/// A way for users to sign in.
#[async_trait]
pub(crate) trait Authenticator: fmt::Debug + Send + Sync {
    /// Returns who sent a request with these headers.
    async fn identify(&self, headers: &HeaderMap) -> Result<Identity>;

    /// Stores a visitor as a user, before something is stored for that user.
    async fn register(&self, headers: &HeaderMap, visitor: &UserId) -> Result<()>;

    /// Returns the `Set-Cookie` header of a new session, for a browser that has none. Nothing is stored.
    fn start_session(&self, headers: &HeaderMap) -> Result<HeaderValue>;

    /// Ends sessions, and returns the `Set-Cookie` header that removes the cookie.
    async fn sign_out(&self, headers: &HeaderMap, sessions: Sessions) -> Result<HeaderValue>;

    /// Forgets what is cached, because another process may have ended sessions.
    fn forget_cached(&self);
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A user who is signed in.
    User(UserId),
    /// A browser with a session of which nothing is stored yet. This will be the user's id.
    Visitor(UserId),
    /// A browser without a session.
    Unknown,
    /// A browser whose session has ended.
    SignedOut,
}

/// Sessions of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// The session of the request.
    This,
    /// Every session of the user.
    All,
}
