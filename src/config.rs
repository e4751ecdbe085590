//! Where Link's script lives, and which of Plaid's environments is behind it.

use connect_api::Config;
use js_sys::JSON;
use leptos::prelude::*;
use leptos_plaid_link::LINK_SCRIPT_URL;

/// What the backend wrote into the page. A page that another server serves gets Plaid's own script.
pub fn read() -> Config {
    let inlined = document()
        .get_element_by_id("connect-config")
        .and_then(|element| element.text_content())
        .and_then(|text| JSON::parse(&text).ok())
        .and_then(|value| serde_wasm_bindgen::from_value(value).ok());
    inlined.unwrap_or_else(|| Config {
        link_script_url: LINK_SCRIPT_URL.to_owned(),
        plaid_env: "production".to_owned(),
    })
}
