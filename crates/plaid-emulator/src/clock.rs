//! Real time plus an offset that tests move.

use std::sync::Arc;

use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::watch;

/// Real time plus an offset; clones share it.
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

    /// Moves time forward, and wakes whoever waits for it.
    pub(crate) fn advance(&self, by: Duration) {
        self.offset
            .send_modify(|offset| *offset = offset.saturating_add(by));
    }

    /// Waits for that time, however it comes about; without one, for ever.
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

    /// Back to real time.
    pub(crate) fn reset(&self) {
        self.offset.send_replace(Duration::ZERO);
    }
}

/// ISO 8601 in whole seconds, as Plaid writes times: `2026-11-22T08:02:00Z`.
pub(crate) fn iso(time: OffsetDateTime) -> String {
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    // Only years beyond 9999 cannot be written.
    whole.format(&Rfc3339).unwrap_or_default()
}
