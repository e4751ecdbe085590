//! Connect: a single-page app in which a person connects bank accounts through Plaid Link.
#![allow(
    unreachable_pub,
    reason = "what the component macro makes is not to be reached by its own path"
)]

mod app;
mod backend;
mod changes;
mod children;
mod components;
mod config;
mod intl;
mod pages;
mod reports;
mod route;
mod wallet;

pub use app::{App, mount};

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
