//! Browser tests over a fake Link.
#![cfg(target_arch = "wasm32")]

mod callbacks;
mod embedded;
mod footprint;
mod handler;
mod loader;
mod metadata;
mod page_state;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
