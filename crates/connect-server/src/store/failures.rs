//! How often the stores of this process have failed, for measurements.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often the stores of this process have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failures {
    /// Reads, writes and syncs that failed.
    pub(crate) failed: u64,
    /// Reads of rows that no key opens, or that hold invalid data.
    pub(crate) unreadable: u64,
}

static FAILED: AtomicU64 = AtomicU64::new(0);
static UNREADABLE: AtomicU64 = AtomicU64::new(0);

/// Returns how often the stores of this process have failed.
pub(crate) fn failures() -> Failures {
    Failures {
        failed: FAILED.load(Ordering::Relaxed),
        unreadable: UNREADABLE.load(Ordering::Relaxed),
    }
}

/// Counts a read, a write or a sync that failed.
pub(super) fn count_failure() {
    FAILED.fetch_add(1, Ordering::Relaxed);
}

/// Counts a read of a row that no key opens, or that holds invalid data.
pub(super) fn count_unreadable() {
    UNREADABLE.fetch_add(1, Ordering::Relaxed);
}
