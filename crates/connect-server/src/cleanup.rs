//! Job: deletes what is no longer needed.

use std::sync::Arc;

use time::Duration;

use crate::clock::Timestamp;
use crate::error::chain;
use crate::job::Schedule;
use crate::state::AppState;

/// How long applied webhooks and used public tokens are kept.
const RETENTION: Duration = Duration::days(30);

/// Deletes expired rows until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        let now = Timestamp::now();
        let deleted = state.store.delete_expired(now, now - RETENTION);
        if let Err(error) = deleted.await {
            tracing::error!(cause = chain(&error), "deleting expired rows failed");
        }
    }
}
