//! The kind of browser that Link runs in.

/// The kind of browser, which decides how the bank's own page opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    /// A browser that opens the page in a window.
    Desktop,
    /// A browser that opens the page in a new tab.
    Mobile,
    /// A web view or an in-app browser, which redirects to the page.
    WebView,
}

impl Surface {
    /// Returns the kind of browser with this `User-Agent`.
    pub(super) fn of(user_agent: &str) -> Self {
        if is_webview(user_agent) {
            Self::WebView
        } else if ["Mobile", "Android", "iPad"]
            .iter()
            .any(|mark| user_agent.contains(mark))
        {
            Self::Mobile
        } else {
            Self::Desktop
        }
    }

    /// Returns the features for `window.open`; `None` if windows are not available.
    pub(super) fn window(self) -> Option<&'static str> {
        match self {
            Self::Desktop => Some("popup,width=480,height=720"),
            Self::Mobile => Some(""),
            Self::WebView => None,
        }
    }
}

fn is_webview(user_agent: &str) -> bool {
    const BUILT_IN: &[&str] = &[
        "; wv)",
        "FBAN/",
        "FBAV/",
        "Instagram",
        "Line/",
        "MicroMessenger",
        "GSA/",
    ];
    let apple_mobile = ["iPhone", "iPad", "iPod"]
        .iter()
        .any(|device| user_agent.contains(device));
    BUILT_IN.iter().any(|mark| user_agent.contains(mark))
        || (apple_mobile && user_agent.contains("AppleWebKit") && !user_agent.contains("Safari/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surfaces_are_recognized_by_their_user_agent() {
        use Surface::{Desktop, Mobile, WebView};
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Linux; Android 5.1.1; Nexus 5 Build/LMY48B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/43.0.2357.65 Mobile Safari/537.36",
                WebView,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                WebView,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
                Mobile,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                Mobile,
            ),
            (
                "Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0",
                Mobile,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/1]",
                WebView,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                Desktop,
            ),
            ("", Desktop),
        ] {
            assert_eq!(Surface::of(user_agent), expected, "{user_agent}");
        }
    }
}
