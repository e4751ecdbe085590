//! Connect, a single-page app that connects bank accounts through Plaid Link.
#![allow(
    unreachable_pub,
    reason = "the component macro makes public items in private modules"
)]

mod app;
mod backend;
mod changes;
mod children;
mod components;
mod config;
mod heading;
mod intl;
mod object;
mod pages;
mod reports;
mod route;
mod signed_out;
mod wallet;

pub use app::{App, mount};

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
