/// Leaves a mark on the browser's timeline, so that any page can measure what opening Link costs.
///
/// ```no_run
/// plaid_link::mark("link-token-asked-for");
/// ```
///
/// [`Handler::open`](crate::Handler::open) leaves `plaid-link-open` just before it calls Link.
pub fn mark(name: &str) {
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        let _ = performance.mark(name);
    }
}
