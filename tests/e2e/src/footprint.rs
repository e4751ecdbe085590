use serde_json::{Value, json};

use crate::Browser;

/// What a page holds on to, once its garbage is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Documents: the page's own, and one for each frame.
    pub documents: u64,
    /// Listeners on whatever the page has.
    pub listeners: u64,
    /// Bytes of JavaScript that are in use.
    pub heap_bytes: u64,
}

impl Browser {
    /// Collects the page's garbage and measures what is left.
    ///
    /// # Panics
    /// When the browser cannot tell.
    pub async fn footprint(&self) -> Footprint {
        // What is collected first lets go of what can be collected next.
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
