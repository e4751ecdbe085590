//! Browser tests of the hooks and components over a fake Link.
#![cfg(target_arch = "wasm32")]

mod connect_bank;
mod footprint;
mod mounted;
mod plaid_embedded_link;
mod plaid_link;
mod returning;
mod scripted_backend;
mod unmounting;
mod use_link_flow;
mod use_plaid_link;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
