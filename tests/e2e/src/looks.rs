use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::session::handle::SessionHandle;

use crate::Browser;

/// What a person sees the page on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// In CSS pixels; 320 is the narrowest that is promised.
    pub width: u32,
    /// Whether the person prefers dark pages.
    pub dark: bool,
}

impl Screen {
    /// Light and dark, narrow and wide.
    pub const ALL: [Self; 4] = [
        Self {
            width: 1280,
            dark: false,
        },
        Self {
            width: 1280,
            dark: true,
        },
        Self {
            width: 320,
            dark: false,
        },
        Self {
            width: 320,
            dark: true,
        },
    ];
}

impl Browser {
    /// Shows the page on this screen from here on.
    pub async fn shows_on(&self, Screen { width, dark }: Screen) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Fails unless axe-core finds nothing serious in what is looked at, and nothing sticks out to the side.
    ///
    /// # Panics
    /// When something is found; it says what and where.
    pub async fn is_accessible(&self, state: &str) {
        let found = inspect(self.driver.handle()).await;
        let found = found.expect("the page can be inspected");
        assert!(found.is_empty(), "{state}: {found:#?}");
    }
}

/// The states that stories passed through in this process, by what heads them.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Inspects what is looked at, if no story was there before.
///
/// # Panics
/// When something is found; it says what and where.
pub(crate) async fn look(session: &Arc<SessionHandle>) {
    // Between two pages there is nothing to see.
    let Ok(state) = session.execute(STATE, Vec::new()).await else {
        return;
    };
    let state = state.json().as_str().unwrap_or_default().to_owned();
    let is_new = !SEEN.lock().expect("nobody panicked").contains(&state);
    if is_new && let Ok(found) = inspect(session).await {
        assert!(found.is_empty(), "{state}: {found:#?}");
        SEEN.lock().expect("nobody panicked").insert(state);
    }
}

/// What axe-core finds, and what sticks out to the side.
async fn inspect(session: &Arc<SessionHandle>) -> WebDriverResult<Vec<Value>> {
    let found = session
        .execute(format!("{}\n{RUN}", axe()), Vec::new())
        .await?;
    Ok(found.json().as_array().cloned().unwrap_or_default())
}

/// The heading, and the beginning of whatever an alert or a status says.
const STATE: &str = "return [...document.querySelectorAll('h1, [role=alert], [role=status]')]
    .filter((told) => told.checkVisibility())
    .map((told) => told.textContent.trim().slice(0, 40))
    .join(' | ')";

/// Serious and critical findings, each with where it was found, once what appears has appeared.
const RUN: &str = "const appearing = document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished);
return Promise.allSettled(appearing).then(() => axe.run(document, { iframes: false })).then(({ violations }) => {
    const found = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }));
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...found, { sticks_out: scrollWidth - clientWidth }] : found;
})";

fn axe() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/node_modules/axe-core/axe.min.js"
    );
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{path}: {error}; `cargo xtask test` puts it there"))
}
