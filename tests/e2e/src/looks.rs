use serde_json::json;

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
        let found = self.run(&format!("{}\n{RUN}", axe())).await;
        let found = found.as_array().expect("a list of what was found");
        assert!(found.is_empty(), "{state}: {found:#?}");
        let sticks_out = self
            .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await;
        assert_eq!(sticks_out, 0, "{state}: pixels that stick out to the side");
    }
}

/// Serious and critical findings, each with where it was found.
const RUN: &str = "return axe.run(document, { iframes: false }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => [html, failureSummary]) })))";

fn axe() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/node_modules/axe-core/axe.min.js"
    );
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{path}: {error}; `cargo xtask test` puts it there"))
}
