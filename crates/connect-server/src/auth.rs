//! Who is asking. Demo sign-in: every browser is a user of its own, known by a random id in a cookie.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::backend::Backend;
use crate::clock::{iso, iso_now};
use crate::digest::Digest;
use crate::error::Error;
use crate::store::{Store, StoreError};

/// `__Host-`: set by this host alone, over a connection that is secure or does not leave the machine.
const COOKIE: &str = "__Host-connect";

/// How long a browser stays signed in.
const LIFETIME: Duration = Duration::days(180);

/// For how long, and of how many sessions, it is known whose they are: a page asks many times in a row.
pub(crate) const AGE: std::time::Duration = std::time::Duration::from_secs(60);
pub(crate) const MOST: usize = 10_000;

/// Our own name for a user: random, says nothing about who it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

impl UserId {
    /// A name that was given before.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The name of a user who was not here before.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The user who is signed in; a handler that takes it answers 401 to everyone else.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) UserId);

impl FromRequestParts<Arc<Backend>> for User {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Backend>) -> Result<Self, Error> {
        let user = signed_in(state, &parts.headers).await?;
        user.map(User).ok_or(Error::SignedOut)
    }
}

/// The user whose session the cookie names.
pub(crate) async fn signed_in(
    backend: &Backend,
    headers: &HeaderMap,
) -> Result<Option<UserId>, StoreError> {
    let Some(session) = session_cookie(headers).map(Digest::of) else {
        return Ok(None);
    };
    if let Some(user) = backend.sessions.get(&session) {
        return Ok(Some(user));
    }
    let user = backend.store.session_user(&session, &iso_now()).await?;
    if let Some(user) = &user {
        backend.sessions.keep(session, user.clone());
    }
    Ok(user)
}

/// Signs a new user in: the user, and the cookie that keeps them so.
pub(crate) async fn sign_in(store: &dyn Store) -> Result<(UserId, HeaderValue), StoreError> {
    let session = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let user = UserId::random();
    let expires = iso(OffsetDateTime::now_utc() + LIFETIME);
    store
        .create_session(&Digest::of(&session), &user, &expires)
        .await?;
    let cookie = format!(
        "{COOKIE}={session}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age={}",
        LIFETIME.whole_seconds()
    );
    let cookie = HeaderValue::try_from(cookie).map_err(|error| StoreError::Failed(error.into()))?;
    Ok((user, cookie))
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| name.trim() == COOKIE)
        .map(|(_, session)| session.trim())
}
