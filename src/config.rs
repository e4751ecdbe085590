//! The app's configuration: the URL of Link's script, and Plaid's environment.

use connect_api::Config;
use leptos::prelude::*;
use plaid_link::LINK_SCRIPT_URL;
use plaid_link::json::from_text;

/// Reads the configuration that the backend wrote into the page. Without one, Link's script is Plaid's own.
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
