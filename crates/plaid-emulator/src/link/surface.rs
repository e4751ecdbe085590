//! Where Link runs: a browser that can open the bank's page in a window, or a web view that cannot.

/// Whether the user agent is a web view or another app's built-in browser, which must redirect to the bank.
pub(super) fn is_webview(user_agent: &str) -> bool {
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
    fn web_views_are_told_by_their_user_agent() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Linux; Android 5.1.1; Nexus 5 Build/LMY48B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/43.0.2357.65 Mobile Safari/537.36",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/1]",
                true,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_webview(user_agent), expected, "{user_agent}");
        }
    }
}
