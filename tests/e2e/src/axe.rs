//! Checks of the page in view for accessibility, with axe-core.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use thirtyfour::error::WebDriverResult;
use thirtyfour::session::handle::SessionHandle;

/// The states that the stories of this process have checked, by their headings and notices.
static CHECKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Checks the page in view, unless a story has checked the same state before.
///
/// # Panics
/// When there is a finding; the message says what and where.
pub(crate) async fn check_new_state(session: &Arc<SessionHandle>) {
    // Between two pages there is nothing to check.
    let Ok(state) = session.execute(STATE, Vec::new()).await else {
        return;
    };
    let state = state.json().as_str().unwrap_or_default().to_owned();
    let is_new = !CHECKED.lock().expect("no poisoned lock").contains(&state);
    if is_new && let Ok(findings) = findings(session).await {
        assert!(findings.is_empty(), "{state}: {findings:#?}");
        CHECKED.lock().expect("no poisoned lock").insert(state);
    }
}

/// The serious findings of axe-core, and the horizontal overflow.
pub(crate) async fn findings(session: &Arc<SessionHandle>) -> WebDriverResult<Vec<Value>> {
    let found = session
        .execute(format!("{}\n{RUN}", axe()), Vec::new())
        .await?;
    Ok(found.json().as_array().cloned().unwrap_or_default())
}

/// The main heading, and the beginning of each alert and status.
const STATE: &str = "return [...document.querySelectorAll('h1, [role=alert], [role=status]')]
    .filter((element) => element.checkVisibility())
    .map((element) => element.textContent.trim().slice(0, 40))
    .join(' | ')";

/// Serious and critical findings, each with its elements, after all finite animations have ended.
const RUN: &str = "const animations = document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished);
return Promise.allSettled(animations).then(() => axe.run(document, { iframes: false })).then(({ violations }) => {
    const found = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }));
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...found, { overflow: scrollWidth - clientWidth }] : found;
})";

fn axe() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/node_modules/axe-core/axe.min.js"
    );
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{path}: {error}; `cargo xtask test` installs it"))
}
