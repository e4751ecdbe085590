//! Where Link's script lives, and which of Plaid's environments is behind it.

use connect_api::Config;
use leptos::prelude::*;
use plaid_link::LINK_SCRIPT_URL;
use plaid_link::json::from_text;

/// What the backend wrote into the page. A page that another server serves gets Plaid's own script.
pub fn read() -> Config {
    let inlined = document()
        .get_element_by_id("connect-config")
        .and_then(|element| element.text_content())
        .and_then(|text| from_text(&text));
    inlined.unwrap_or_else(|| Config {
        link_script_url: LINK_SCRIPT_URL.to_owned(),
        plaid_env: "production".to_owned(),
    })
}
