//! What helps a user whom the backend does not know.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::PerformanceNavigation;

const NO_HTTPS: &str =
    "This page was opened over http, where browsers refuse its sign-in cookie. Open it over https.";
const NO_COOKIES: &str =
    "Your browser refuses the sign-in cookie. Allow cookies for this site, then reload the page.";

/// Returns why the browser sends no sign-in cookie and what to do, if that is the reason.
pub fn advice(was_signed_in: bool) -> Option<&'static str> {
    let window = window();
    if !window.is_secure_context() {
        return Some(NO_HTTPS);
    }
    // The page itself signs a visitor in, so a reload without effect means that its cookie was refused.
    let has_reloaded = || {
        let navigation = window.performance().map(|all| all.navigation().type_());
        !was_signed_in && navigation == Some(PerformanceNavigation::TYPE_RELOAD)
    };
    let enabled = Reflect::get(&window.navigator(), &"cookieEnabled".into());
    let are_blocked = enabled == Ok(JsValue::FALSE) || window.local_storage().is_err();
    (are_blocked || has_reloaded()).then_some(NO_COOKIES)
}
