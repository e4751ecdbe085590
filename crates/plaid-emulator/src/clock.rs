//! A clock that tests can move.

use std::sync::Arc;

use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::watch;

/// A clock: real time plus an offset. Clones share the offset.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    offset: Arc<watch::Sender<Duration>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            offset: Arc::new(watch::Sender::new(Duration::ZERO)),
        }
    }
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + *self.offset.borrow()
    }

    /// Moves the clock forward and wakes all waiting tasks.
    pub(crate) fn advance(&self, by: Duration) {
        self.offset
            .send_modify(|offset| *offset = offset.saturating_add(by));
    }

    /// Waits until the clock reaches this time; `None` waits forever.
    pub(crate) async fn reach(&self, time: Option<OffsetDateTime>) {
        let Some(time) = time else {
            return std::future::pending().await;
        };
        let mut moved = self.offset.subscribe();
        loop {
            let left = time - self.now();
            if !left.is_positive() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.unsigned_abs()) => {}
                _ = moved.changed() => {}
            }
        }
    }

    /// Resets the clock to real time.
    pub(crate) fn reset(&self) {
        self.offset.send_replace(Duration::ZERO);
    }
}

/// Formats a time in whole seconds, as Plaid does: `2026-11-22T08:02:00Z`.
pub(crate) fn iso(time: OffsetDateTime) -> String {
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    // Only years after 9999 cannot be formatted.
    whole.format(&Rfc3339).unwrap_or_default()
}
