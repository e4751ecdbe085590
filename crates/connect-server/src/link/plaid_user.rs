//! The identifier of a user at Plaid.

use std::time::Duration;

use moka::future::Cache;
use tokio::time::timeout;

use crate::error::chain;
use crate::state::AppState;
use crate::user::UserId;

/// The prefix of the identifiers that Link tokens accept. An older account at Plaid has others.
const PREFIX: &str = "usr_";

/// How long Plaid may take to answer: a person is waiting for Link to open.
const DEADLINE: Duration = Duration::from_secs(2);

/// How long an identifier is cached.
const CACHE_AGE: Duration = Duration::from_secs(600);

/// The most cached identifiers.
const CACHE_SIZE: u64 = 10_000;

/// Creates the cache of identifiers.
pub(crate) fn cache() -> Cache<UserId, Option<String>> {
    Cache::builder()
        .max_capacity(CACHE_SIZE)
        .time_to_live(CACHE_AGE)
        .build()
}

/// Returns the identifier of a user at Plaid, if the settings ask for one. `None` if Plaid has none: Link works without.
pub(crate) async fn plaid_user(state: &AppState, user: &UserId) -> Option<String> {
    if !state.config.plaid_users {
        return None;
    }
    let ask = ask_plaid(state, user);
    state.plaid_users.get_with_by_ref(user, ask).await
}

async fn ask_plaid(state: &AppState, user: &UserId) -> Option<String> {
    match timeout(DEADLINE, state.plaid.user_create(user.as_str())).await {
        Ok(Ok(created)) if created.user_id.starts_with(PREFIX) => return Some(created.user_id),
        Ok(Ok(_)) => tracing::warn!(
            "this account at Plaid has users of the old kind: CONNECT_PLAID_USERS has no effect"
        ),
        Ok(Err(error)) => tracing::warn!(cause = chain(&error), "creating a user at Plaid failed"),
        Err(_) => tracing::warn!("creating a user at Plaid exceeded its deadline"),
    }
    None
}
