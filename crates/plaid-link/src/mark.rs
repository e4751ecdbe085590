//! Marks on the browser's performance timeline.

/// Sets a mark on the browser's performance timeline, to measure how long opening Link takes.
///
/// ```no_run
/// plaid_link::mark("link-token-asked-for");
/// ```
///
/// [`Handler::open`](crate::Handler::open) sets `plaid-link-open` just before it calls Link.
pub fn mark(name: &str) {
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        let _ = performance.mark(name);
    }
}
