//! All that the backends of all tests log, at the loudest level.

use std::io;
use std::sync::{Mutex, Once};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// From now on everything is kept.
pub(crate) fn start() {
    START.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| Line)
            .init();
    });
}

/// What was logged so far.
pub(crate) fn text() -> String {
    String::from_utf8(LOG.lock().expect("a lock").clone()).expect("text")
}

struct Line;

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
