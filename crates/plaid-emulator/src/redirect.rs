//! The allowlist of redirect URIs, which is a setting in Plaid's dashboard.

/// The allowlist of redirect URIs.
#[derive(Debug)]
pub(crate) struct RedirectUris(Vec<String>);

impl Default for RedirectUris {
    fn default() -> Self {
        [
            "http://localhost/oauth",
            "http://localhost:*/oauth",
            "http://127.0.0.1/oauth",
            "http://127.0.0.1:*/oauth",
            "http://[::1]/oauth",
            "http://[::1]:*/oauth",
        ]
        .into_iter()
        .collect()
    }
}

impl<S: Into<String>> FromIterator<S> for RedirectUris {
    fn from_iter<T: IntoIterator<Item = S>>(patterns: T) -> Self {
        Self(patterns.into_iter().map(Into::into).collect())
    }
}

impl RedirectUris {
    /// Returns why a Link token cannot use this redirect URI.
    pub(crate) fn objection(&self, uri: &str) -> Option<&'static str> {
        if uri.contains(['?', '#', '*']) {
            Some("redirect_uri must have no query, no fragment and no wildcard")
        } else if !self.0.iter().any(|pattern| matches(pattern, uri)) {
            Some("redirect_uri must be on the list of allowed redirect URIs")
        } else {
            None
        }
    }
}

/// Whether the URI matches the pattern.
///
/// A `*` matches one or more letters, digits, hyphens and dots: a subdomain or a port, but no other host.
fn matches(pattern: &str, uri: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == uri;
    };
    let Some(rest) = uri.strip_prefix(before) else {
        return false;
    };
    let wild = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        .count();
    (1..=wild).any(|end| matches(after, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stays_within_the_host_and_the_port() {
        let rows = [
            (
                "http://localhost:*/oauth",
                "http://localhost:8080/oauth",
                true,
            ),
            ("http://localhost:*/oauth", "http://localhost/oauth", false),
            (
                "http://localhost:*/oauth",
                "http://localhost:80@evil.example/oauth",
                false,
            ),
            (
                "http://localhost:*/oauth",
                "http://localhost:80/a/oauth",
                false,
            ),
            ("http://localhost/oauth", "http://localhost/oauth", true),
            ("http://localhost/oauth", "http://localhost/oauth2", false),
            (
                "https://*.example.com/oauth",
                "https://a.b.example.com/oauth",
                true,
            ),
            (
                "https://*.example.com/oauth",
                "https://.example.com/oauth",
                false,
            ),
            (
                "https://*.example.com/oauth",
                "https://evil.example/x.example.com/oauth",
                false,
            ),
        ];
        for (pattern, uri, expected) in rows {
            assert_eq!(matches(pattern, uri), expected, "{pattern} {uri}");
        }
    }

    #[test]
    fn a_query_or_a_fragment_is_refused_even_on_an_allowed_page() {
        let allowed = RedirectUris::default();
        for uri in ["http://127.0.0.1:8080/oauth", "http://[::1]:8080/oauth"] {
            assert_eq!(allowed.objection(uri), None, "{uri}");
        }
        for uri in [
            "http://127.0.0.1:8080/oauth?a=b",
            "http://127.0.0.1:8080/oauth#a",
            "http://127.0.0.1:*/oauth",
        ] {
            assert!(allowed.objection(uri).is_some(), "{uri}");
        }
    }
}
