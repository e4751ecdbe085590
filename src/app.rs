//! The frame that every page stands in.

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::backend::Backend;
use crate::config;
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
    provide_context(config);
    provide_context(backend);
    provide_context(Wallet::new());
    let route = use_route();
    view! {
        <div class="progress-line" aria-hidden="true" hidden=move || !backend.is_busy()></div>
        <header class="site-header">
            <Link to=Route::Home attr:class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                "Connect"
            </Link>
            {is_sandbox.then(|| view! { <span class="badge">"Sandbox"</span> })}
        </header>
        <main class="site-main">
            {move || match route.get() {
                Route::Home => view! { <Home /> }.into_any(),
                Route::NotFound => view! { <NotFound /> }.into_any(),
            }}
        </main>
        <footer class="site-footer">
            "Bank connections by Plaid. Your bank password never reaches us."
        </footer>
    }
}
