//! Demo sign-in: every browser is a user of its own, identified by a random session id in a cookie.
//!
//! The id of the user follows from the id of the session. A visitor of whom nothing is stored therefore needs no row, and all
//! requests of a new page are of the same user.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use moka::future::Cache;

use super::cookie::SessionCookie;
use super::{Authenticator, Identity, Sessions};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::store::{Digest, SessionState, Store, StoreError};
use crate::user::UserId;

/// How long a session lasts.
const LIFETIME: time::Duration = time::Duration::days(180);

/// How long a session is cached: a page sends several requests in a row.
const CACHE_AGE: Duration = Duration::from_secs(5);

/// The most cached sessions.
const CACHE_SIZE: u64 = 10_000;

/// The length of a session id, in bytes.
const ID_LENGTH: usize = 32;

/// Signs in every browser as a new user.
#[derive(Debug)]
pub(crate) struct Demo {
    store: Arc<dyn Store>,
    cookie: SessionCookie,
    /// The users of stored sessions.
    users: Cache<Digest, UserId>,
    /// Raised whenever sessions may have ended.
    generation: AtomicU64,
}

impl Demo {
    /// Creates the sign-in over the sessions of a store.
    pub(crate) fn new(store: Arc<dyn Store>, config: &Config) -> Self {
        let users = Cache::builder()
            .max_capacity(CACHE_SIZE)
            .time_to_live(CACHE_AGE)
            .build();
        Self {
            store,
            cookie: SessionCookie::new(config),
            users,
            generation: AtomicU64::default(),
        }
    }

    /// Returns the session id of a request, if it has the form of one.
    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let cookies = CookieJar::from_headers(headers);
        let id = cookies.get(self.cookie.form(headers).name)?.value();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        (bytes.len() == ID_LENGTH).then(|| Session::new(id))
    }
}

/// A session, as it is stored.
struct Session {
    digest: Digest,
    /// The user that a visitor with this session becomes.
    user: UserId,
}

impl Session {
    fn new(id: &str) -> Self {
        Self {
            digest: Digest::of(id),
            // Nobody can compute the session's id from the user's.
            user: UserId::new(hex::encode(
                &Digest::of(format!("user of session {id}")).as_bytes()[..16],
            )),
        }
    }
}

#[async_trait]
impl Authenticator for Demo {
    async fn identify(&self, headers: &HeaderMap) -> Result<Identity> {
        let Some(session) = self.session(headers) else {
            return Ok(Identity::Unknown);
        };
        if let Some(user) = self.users.get(&session.digest).await {
            return Ok(Identity::User(user));
        }
        let generation = self.generation.load(Ordering::SeqCst);
        let now = Timestamp::now();
        let state = self.store.session(&session.digest, &session.user, now);
        Ok(match state.await? {
            SessionState::Active(user) => {
                self.users.insert(session.digest, user.clone()).await;
                // The session may have ended since it was read.
                if self.generation.load(Ordering::SeqCst) != generation {
                    self.users.invalidate(&session.digest).await;
                }
                Identity::User(user)
            }
            SessionState::New => Identity::Visitor(session.user),
            SessionState::Ended => Identity::SignedOut,
        })
    }

    async fn register(&self, headers: &HeaderMap, visitor: &UserId) -> Result<()> {
        let session = self.session(headers).ok_or(Error::SignedOut)?;
        let expires_at = Timestamp::now() + LIFETIME;
        let store = &self.store;
        Ok(store
            .create_session(&session.digest, visitor, expires_at)
            .await?)
    }

    fn start_session(&self, headers: &HeaderMap) -> Result<HeaderValue> {
        let id = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; ID_LENGTH]>());
        header(&self.cookie.form(headers).cookie(id, LIFETIME))
    }

    async fn sign_out(&self, headers: &HeaderMap, sessions: Sessions) -> Result<HeaderValue> {
        if let Some(session) = self.session(headers) {
            match (sessions, self.identify(headers).await?) {
                (Sessions::All, Identity::User(user)) => self.store.end_sessions(&user).await?,
                _ => self.store.end_session(&session.digest).await?,
            }
            self.forget_cached();
        }
        let form = self.cookie.form(headers);
        header(&form.cookie(String::new(), time::Duration::ZERO))
    }

    fn forget_cached(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.users.invalidate_all();
    }
}

fn header(cookie: &impl ToString) -> Result<HeaderValue> {
    let header = HeaderValue::try_from(cookie.to_string());
    Ok(header.map_err(|error| StoreError::Failed(error.into()))?)
}
