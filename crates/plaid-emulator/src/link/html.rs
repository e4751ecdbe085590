//! Responses from templates.

use askama::Template;
use axum::{
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{Html, IntoResponse, Response},
};

/// The content security policy: own files only, nothing inline; any site can embed Link.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors *",
);

/// Renders the template to a page.
pub(super) fn page(template: &impl Template) -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    match template.render() {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "rendering a pane failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The filters of the templates.
#[expect(unreachable_pub, reason = "the macro generates a `pub` item")]
pub(super) mod filters {
    use std::fmt::Display;

    use askama::Values;

    use crate::link::text::fill;

    /// Replaces the `{}` of a text with a name.
    #[askama::filter_fn]
    pub(crate) fn put<N: Display>(text: &str, _: &dyn Values, name: N) -> askama::Result<String> {
        Ok(fill(text, &name.to_string()))
    }

    /// Returns the first letter of a name, in upper case.
    #[askama::filter_fn]
    pub(crate) fn initial(name: impl Display, _: &dyn Values) -> askama::Result<String> {
        let name = name.to_string();
        let letter = name.chars().find(|letter| letter.is_alphanumeric());
        Ok(letter
            .map(|letter| letter.to_uppercase().to_string())
            .unwrap_or_default())
    }
}
