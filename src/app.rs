//! The frame that every page stands in.

use leptos::either::Either;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::backend::Backend;
use crate::config;
use crate::dynamic::flag;
use crate::pages::{Home, NotFound};
use crate::route::{Link, Route, use_route};
use crate::wallet::Wallet;

/// Puts the app in the place of the page's skeleton, for as long as the page lives.
pub fn mount() {
    let root = document()
        .get_element_by_id("app")
        .and_then(|root| root.dyn_into().ok());
    let Some(root) = root.or_else(|| document().body()) else {
        return;
    };
    root.set_inner_html("");
    mount_to(root, App).forget();
}

/// Connect.
#[component]
pub fn App() -> impl IntoView {
    let config = config::read();
    let is_sandbox = config.plaid_env == "sandbox";
    let backend = Backend::new();
    let wallet = Wallet::new();
    let route = use_route();
    let src = config.link_script_url;
    view! {
        <div class="progress-line" aria-hidden="true" hidden=flag(move || !backend.is_busy())></div>
        <header class="site-header">
            <Link to=Route::Home route attr:class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                "Connect"
            </Link>
            {is_sandbox.then(|| view! { <span class="badge">"Sandbox"</span> })}
        </header>
        <main class="site-main">
            {move || match route.get() {
                Route::Home => Either::Left(view! { <Home src=src.clone() backend wallet /> }),
                Route::NotFound => Either::Right(view! { <NotFound route /> }),
            }}
        </main>
        <footer class="site-footer">
            "Bank connections by Plaid. Your bank password never reaches us."
        </footer>
    }
}
