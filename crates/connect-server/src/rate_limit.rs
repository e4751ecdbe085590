//! How often a user may have us ask Plaid: its own limits are everybody's, and one user shall not use them up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::auth::{User, UserId};
use crate::backend::Backend;
use crate::error::Error;

/// So long a user may save up for.
const WINDOW: Duration = Duration::from_secs(60);

/// Counts what users ask for.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// How many requests a minute; 0 for as many as come.
    per_minute: u32,
    /// When each user will have paid for what they asked for; whoever has is not in it.
    paid_at: Mutex<HashMap<UserId, Instant>>,
}

impl RateLimit {
    /// Nobody has asked for anything yet.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            paid_at: Mutex::default(),
        }
    }

    /// Counts a request, or says how long to wait.
    fn take(&self, user: &UserId, now: Instant) -> Result<(), Duration> {
        let Some(price) = WINDOW.checked_div(self.per_minute) else {
            return Ok(());
        };
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        let owed_until = match paid_at.get(user) {
            Some(owed_until) => (*owed_until).max(now),
            None => {
                paid_at.retain(|_, owed_until| *owed_until > now);
                now
            }
        };
        let wait = (owed_until + price).saturating_duration_since(now + WINDOW);
        if wait > Duration::ZERO {
            return Err(wait);
        }
        paid_at.insert(user.clone(), owed_until + price);
        Ok(())
    }
}

/// The user who is signed in, unless they ask too often; what a handler takes that asks Plaid.
#[derive(Clone, Debug)]
pub(crate) struct Asking(pub(crate) UserId);

impl FromRequestParts<Arc<Backend>> for Asking {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Backend>) -> Result<Self, Error> {
        let User(user) = User::from_request_parts(parts, state).await?;
        let counted = state.rate_limit.take(&user, Instant::now());
        counted.map_err(Error::TooOften)?;
        Ok(Self(user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_and_nobody_else_does() {
        let limit = RateLimit::new(3);
        let (ada, bob) = (UserId::random(), UserId::random());
        let start = Instant::now();
        let seconds = Duration::from_secs;
        for (user, after, expected) in [
            (&ada, 0, Ok(())),
            (&ada, 0, Ok(())),
            (&ada, 0, Ok(())),
            (&ada, 0, Err(seconds(20))),
            (&ada, 5, Err(seconds(15))),
            (&bob, 5, Ok(())),
            (&ada, 20, Ok(())),
            (&ada, 20, Err(seconds(20))),
            (&bob, 3600, Ok(())),
        ] {
            let taken = limit.take(user, start + seconds(after));
            assert_eq!(taken, expected, "after {after} s");
        }
        let known = limit.paid_at.lock().expect("users").len();
        assert_eq!(known, 2);
        limit
            .take(&UserId::random(), start + seconds(7200))
            .expect("the first");
        let known = limit.paid_at.lock().expect("users").len();
        assert_eq!(known, 1, "who has paid is forgotten");
        let none = RateLimit::new(0);
        assert!((0..10_000).all(|_| none.take(&ada, start).is_ok()));
    }
}
