//! The screen that the browser emulates, and accessibility on it.

use serde_json::json;

use crate::{Browser, axe};

/// The screen on which a user sees the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The width in CSS pixels; 320 is the narrowest that Connect supports.
    pub width: u32,
    /// Whether the user prefers a dark colour scheme.
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
    /// Shows the page on this screen from now on.
    pub async fn set_screen(&self, Screen { width, dark }: Screen) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", features).await;
    }

    /// Asserts that axe-core finds nothing serious in the current page or frame, and that nothing overflows horizontally.
    ///
    /// # Panics
    /// When there is a finding; the message says what and where.
    pub async fn assert_accessible(&self, state: &str) {
        let findings = axe::findings(self.driver.handle()).await;
        let findings = findings.expect("axe-core runs in the page");
        assert!(findings.is_empty(), "{state}: {findings:#?}");
    }
}
