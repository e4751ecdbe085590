//! The log of all backends in all tests, at the level `TRACE`.

use std::io;
use std::sync::{Mutex, Once};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// Starts to collect the log.
pub(crate) fn start() {
    START.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| Collector)
            .init();
    });
}

/// Returns the log so far.
pub(crate) fn text() -> String {
    String::from_utf8(LOG.lock().expect("a lock").clone()).expect("text")
}

struct Collector;

impl io::Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
