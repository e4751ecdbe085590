//! The log of the backend and of the emulator.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tokio::time::{Instant, sleep};
use tracing_subscriber::fmt::MakeWriter;

use crate::{DEADLINE, POLL_INTERVAL};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Returns all log lines of the servers of all stories so far, at every level.
#[must_use]
pub fn server_log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// Waits until the backend has logged this Link event of this user.
///
/// # Panics
/// When it does not in time.
pub async fn wait_for_link_event(user: &str, event: &str) {
    let (user, name) = (
        format!(r#""user":"{user}""#),
        format!(r#""event":"{event}""#),
    );
    let start = Instant::now();
    while !server_log()
        .lines()
        .any(|line| line.contains(&name) && line.contains(&user))
    {
        assert!(start.elapsed() < DEADLINE, "the log has no {event}");
        sleep(POLL_INTERVAL).await;
    }
}

/// Starts to record the servers' logs. Later calls have no effect.
pub(crate) fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(Log)
            .init();
    });
}

#[derive(Clone, Copy, Debug)]
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
