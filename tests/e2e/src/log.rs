use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tokio::time::{Instant, sleep};
use tracing_subscriber::fmt::MakeWriter;

use crate::{DEADLINE, LOOK_EVERY};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Everything that the servers of all stories logged so far, down to the last detail.
#[must_use]
pub fn server_log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// Waits until the backend has logged that this happened in Link to this user.
///
/// # Panics
/// When it does not.
pub async fn logs_link_event(user: &str, event: &str) {
    let (user, named) = (
        format!(r#""user":"{user}""#),
        format!(r#""event":"{event}""#),
    );
    let start = Instant::now();
    while !server_log()
        .lines()
        .any(|line| line.contains(&named) && line.contains(&user))
    {
        assert!(start.elapsed() < DEADLINE, "the log has no {event}");
        sleep(LOOK_EVERY).await;
    }
}

/// Begins to keep what servers log; the first time counts.
pub(crate) fn keep() {
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
