//! The headers of every answer that tell browsers what to refuse.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Config;

/// Features of the browser that neither the app nor Link uses.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// The policy of everything but the page, which has its own: nothing in it is to be run or framed.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year, for the whole host name only: others may share the domain.
const TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Adds the headers.
pub(crate) fn add(routes: Router, config: &Config) -> Router {
    let https = config
        .public_url
        .as_ref()
        .is_some_and(|url| url.scheme() == "https");
    let secure = https.then_some((header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY));
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin"),
        // Link opens the pages of banks, which send their result back to this one.
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin-allow-popups",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    let routes = fixed
        .into_iter()
        .chain(secure)
        .fold(routes, |routes, (name, value)| {
            routes.layer(SetResponseHeaderLayer::overriding(
                name,
                HeaderValue::from_static(value),
            ))
        });
    routes.layer(SetResponseHeaderLayer::if_not_present(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ))
}
