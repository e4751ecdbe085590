//! Job: deletes what is no longer needed.

use std::sync::Arc;

use time::Duration;

use crate::clock::Timestamp;
use crate::error::chain;
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::{self, Store};
use crate::user::UserId;

/// How long applied webhooks and used public tokens are kept.
const RETENTION: Duration = Duration::days(30);

/// How many users are examined in a step.
const USERS: usize = 1000;

/// How many such steps a run makes. The next run continues there.
const STEPS: usize = 10;

/// Deletes expired rows and idle users, and forgets idle users in the rate limit, until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut examined = None;
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        state.rate_limit.forget_idle_users();
        if let Err(error) = delete(&*state.store, &mut examined).await {
            tracing::error!(cause = chain(&error), "deleting expired rows failed");
        }
    }
}

/// Deletes expired rows, and idle users among those after the last one that was `examined`.
async fn delete(store: &dyn Store, examined: &mut Option<UserId>) -> store::Result<()> {
    let now = Timestamp::now();
    store.delete_expired(now, now - RETENTION).await?;
    for _ in 0..STEPS {
        *examined = store.delete_idle_users(examined.as_ref(), USERS).await?;
        if examined.is_none() {
            break;
        }
    }
    Ok(())
}
