//! The frame around every page.

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos_plaid_link::dynamic::{flag, press};
use leptos_plaid_link::{LoadOptions, Stage, UseLinkFlowOptions, UseLinkFlowReturn, use_link_flow};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::backend::Backend;
use crate::changes::follow;
use crate::children::{Children, fill, mount as mount_child};
use crate::components::{Confirm, ConfirmDialog};
use crate::config;
use crate::heading;
use crate::pages::{Home, NotFound, OauthReturn, SignedOut};
use crate::reports::Reports;
use crate::route::{Link, Route, use_route};
use crate::wallet::{ConnectBackend, Wallet};

/// Replaces the page's skeleton with the app, for as long as the page lives.
pub fn mount() {
    let root = document()
        .get_element_by_id("app")
        .and_then(|root| root.dyn_into().ok());
    let Some(root) = root.or_else(|| document().body()) else {
        return;
    };
    // A click on the skeleton's button opens Link, and the button keeps the focus.
    let has = |selector| matches!(root.query_selector(selector), Ok(Some(_)));
    let (clicked, focused) = (has("[data-clicked]"), has("button:focus"));
    root.set_inner_html("");
    mount_to(root.clone(), move || view! { <App clicked /> }).forget();
    let button = root.query_selector(".connect-bank-button").ok().flatten();
    if focused && let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok())
    {
        let _ = button.focus();
    }
}

/// The app Connect.
#[component]
pub fn App(
    /// Whether the skeleton's button was clicked.
    #[prop(optional)]
    clicked: bool,
) -> impl IntoView {
    let config = config::read();
    let is_sandbox = config.plaid_env == "sandbox";
    let backend = Backend::new();
    let wallet = Wallet::new();
    wallet.load(backend);
    follow(backend, wallet);
    let route = use_route();
    let flow = use_flow(config.link_script_url, route, backend, wallet);
    if clicked && route.get_untracked() == Route::Home {
        flow.open();
    }
    let confirm = Confirm::new(flow, backend, wallet);
    let page = Children::new(
        move || vec![(!backend.is_signed_out()).then(|| route.get())],
        move |main, page: &Option<Route>| {
            let Some(page) = page else {
                flow.sign_out();
                let page = mount_child(main, || view! { <SignedOut /> });
                heading::focus();
                return Some(page);
            };
            Some(match page {
                Route::Home => {
                    mount_child(main, move || view! { <Home flow confirm backend wallet /> })
                }
                Route::OauthReturn => {
                    mount_child(main, move || view! { <OauthReturn flow route /> })
                }
                Route::NotFound => mount_child(main, move || view! { <NotFound route /> }),
            })
        },
    );
    view! {
        <div class="progress-line" aria-hidden="true" hidden=flag(move || !backend.is_busy())></div>
        <header class="site-header">
            <Link to=Route::Home route class="brand" label="Connect" />
            {is_sandbox.then(|| view! { <span class="badge">"Sandbox"</span> })}
            <button
                type="button"
                class="button quiet"
                hidden=flag(move || !backend.is_signed_in())
                on:click=press(move || confirm.sign_out())
            >
                "Sign out"
            </button>
        </header>
        <main class="site-main" use:fill=page></main>
        <footer class="site-footer">
            "Bank connections by Plaid. We never see your bank password."
        </footer>
        <ConfirmDialog confirm />
    }
}

/// Creates the page's only Link flow, which connects, repairs, and continues after a bank's redirect.
fn use_flow(
    src: String,
    route: RwSignal<Route>,
    backend: Backend,
    wallet: Wallet,
) -> UseLinkFlowReturn {
    let reports = Reports::new(backend);
    let mut options = UseLinkFlowOptions::default()
        .load(LoadOptions {
            src,
            ..LoadOptions::default()
        })
        .on_event(move |name, metadata| {
            let name = name.as_raw().as_string().unwrap_or_default();
            reports.add(name, metadata.to_object());
        });
    if route.get_untracked() == Route::OauthReturn {
        options = options.received_redirect_uri(window().location().href().unwrap_or_default());
    }
    let flow = use_link_flow(ConnectBackend { backend, wallet }, options);
    // Link accepts a redirect once, so its address must be gone before a reload.
    let leave_redirect = RenderEffect::new(move |_| {
        let is_done = flow.outcome.with(Option::is_some)
            || flow
                .stage
                .with(|stage| matches!(stage, Stage::Submitting | Stage::Unsent(_)));
        if is_done && route.get_untracked() == Route::OauthReturn {
            Route::Home.replace(route);
        }
    });
    on_cleanup(move || drop(leave_redirect));
    flow
}
