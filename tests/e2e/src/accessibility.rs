//! The role and the name of an element, as browsers report them to screen readers.

use http::Method;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::prelude::*;
use thirtyfour::{ElementId, RequestData, SessionId};

/// Returns the computed role of an element.
pub(crate) async fn role(element: &WebElement) -> WebDriverResult<String> {
    computed(element, "computedrole").await
}

/// Returns the accessible name of an element.
pub(crate) async fn name(element: &WebElement) -> WebDriverResult<String> {
    computed(element, "computedlabel").await
}

async fn computed(element: &WebElement, property: &'static str) -> WebDriverResult<String> {
    element
        .handle()
        .cmd(Computed {
            element: element.element_id(),
            property,
        })
        .await?
        .value()
}

/// The `WebDriver` command for a computed property of an element.
#[derive(Debug)]
struct Computed {
    element: ElementId,
    property: &'static str,
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(
            Method::GET,
            format!(
                "session/{session}/element/{}/{}",
                self.element, self.property
            ),
        )
    }
}
