//! The memory that a page uses.

use serde_json::{Value, json};

use crate::Browser;

/// The memory that a page uses after garbage collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// The documents: the page's own, and one for each frame.
    pub documents: u64,
    /// The event listeners.
    pub listeners: u64,
    /// The bytes of the JavaScript heap that are in use.
    pub heap_bytes: u64,
}

impl Browser {
    /// Collects the page's garbage, and measures the remaining memory.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn footprint(&self) -> Footprint {
        // Objects with finalizers are freed in a later collection.
        for _ in 0..3 {
            self.command("HeapProfiler.collectGarbage", json!({})).await;
        }
        let counters = self.command("Memory.getDOMCounters", json!({})).await;
        let usage = self.command("Runtime.getHeapUsage", json!({})).await;
        let count = |value: &Value| value.as_f64().expect("a number") as u64;
        Footprint {
            documents: count(&counters["documents"]),
            listeners: count(&counters["jsEventListeners"]),
            heap_bytes: count(&usage["usedSize"]),
        }
    }
}
