//! A disk that a test breaks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use connect_server::store::SyncData;

/// A disk whose syncs are counted, and fail once it is broken.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    syncs: Arc<AtomicUsize>,
    broken: Arc<AtomicBool>,
}

impl Disk {
    pub(crate) fn sync_data(&self) -> SyncData {
        let disk = self.clone();
        SyncData::new(move |file| {
            if disk.broken.load(Ordering::SeqCst) {
                return Err(io::Error::other("the disk is broken"));
            }
            file.sync_data()?;
            disk.syncs.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }

    pub(crate) fn set_broken(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }

    /// How many syncs have succeeded.
    pub(crate) fn syncs(&self) -> usize {
        self.syncs.load(Ordering::SeqCst)
    }
}
