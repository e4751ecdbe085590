//! Demo sign-in: every browser is a user of its own, identified by a random session id in a cookie.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use moka::future::Cache;

use super::{Authenticator, SignIn};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::{Digest, Store, StoreError};
use crate::user::UserId;

/// The `__Host-` prefix makes browsers accept the cookie from this host only, and over secure connections only.
const COOKIE: &str = "__Host-connect";

/// How long a session lasts.
const LIFETIME: time::Duration = time::Duration::days(180);

/// How long a session is cached: a page sends several requests in a row.
const CACHE_AGE: Duration = Duration::from_secs(60);

/// The most cached sessions.
const CACHE_SIZE: u64 = 10_000;

/// Signs in every browser as a new user.
#[derive(Debug)]
pub(crate) struct Demo {
    store: Arc<dyn Store>,
    sessions: Cache<Digest, UserId>,
}

impl Demo {
    /// Creates the sign-in over the sessions of a store.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let sessions = Cache::builder()
            .max_capacity(CACHE_SIZE)
            .time_to_live(CACHE_AGE)
            .build();
        Self { store, sessions }
    }
}

#[async_trait]
impl Authenticator for Demo {
    async fn user(&self, headers: &HeaderMap) -> Result<Option<UserId>> {
        let cookies = CookieJar::from_headers(headers);
        let Some(session) = cookies.get(COOKIE) else {
            return Ok(None);
        };
        let session = Digest::of(session.value());
        if let Some(user) = self.sessions.get(&session).await {
            return Ok(Some(user));
        }
        let user = self.store.session_user(&session, Timestamp::now()).await?;
        if let Some(user) = &user {
            self.sessions.insert(session, user.clone()).await;
        }
        Ok(user)
    }

    async fn sign_in(&self) -> Result<SignIn> {
        let session = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let user = UserId::random();
        self.store
            .create_session(&Digest::of(&session), &user, Timestamp::now() + LIFETIME)
            .await?;
        let cookie = Cookie::build((COOKIE, session))
            .path("/")
            .http_only(true)
            .secure(true)
            .same_site(SameSite::Lax)
            .max_age(LIFETIME);
        let cookie = HeaderValue::try_from(cookie.to_string())
            .map_err(|error| StoreError::Failed(error.into()))?;
        Ok(SignIn { user, cookie })
    }
}
