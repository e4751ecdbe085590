//! Sign-in: who sends a request.

pub(crate) mod demo;

use std::fmt;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};

use crate::error::Result;
use crate::user::UserId;

/// A way for users to sign in.
#[async_trait]
pub(crate) trait Authenticator: fmt::Debug + Send + Sync {
    /// Returns the user who sent a request with these headers, if that user is signed in.
    async fn user(&self, headers: &HeaderMap) -> Result<Option<UserId>>;

    /// Signs a visitor in as a new user. The cookie keeps the visitor signed in.
    async fn sign_in(&self) -> Result<SignIn>;
}

/// A new user, and the `Set-Cookie` header of the user's session.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) user: UserId,
    pub(crate) cookie: HeaderValue,
}
