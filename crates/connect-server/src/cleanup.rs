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

/// How long a user who has nothing is kept. If the browser comes back, its session makes the same user again.
const IDLE_AFTER: Duration = Duration::days(1);

/// How many users are examined in a step.
const USERS: usize = 1000;

/// How many such steps a run makes. The next run continues there.
const STEPS: usize = 10;

/// Deletes expired rows and idle users until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut examined = None;
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        if let Err(error) = delete(&*state.store, &mut examined).await {
            tracing::error!(cause = chain(&error), "deleting expired rows failed");
        }
        state.auth.forget_cached();
    }
}

/// Deletes expired rows, and idle users among those after the last one that was `examined`.
async fn delete(store: &dyn Store, examined: &mut Option<UserId>) -> store::Result<()> {
    let now = Timestamp::now();
    store.delete_expired(now, now - RETENTION).await?;
    for _ in 0..STEPS {
        *examined = store
            .delete_idle_users(now - IDLE_AFTER, examined.as_ref(), USERS)
            .await?;
        if examined.is_none() {
            break;
        }
    }
    Ok(())
}
