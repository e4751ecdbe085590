//! Memory and frames after a thousand mounts.

use fake_link::{FakeLink, Footprint, Listeners, TOKEN, page};
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{
    ConnectBank, PlaidLink, UseLinkFlowOptions, UsePlaidLinkOptions, use_link_flow,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::mount;
use crate::scripted_backend::ScriptedBackend;
use crate::use_link_flow::clear_storage;

/// Mounts both hooks, opens Link by one of them, and unmounts; every other time while Link is open.
async fn mount_and_unmount(link: &FakeLink, number: u32) {
    let load = link.options.clone();
    let mounted = mount(move || {
        let token = Signal::stored(Some(LinkToken::from(TOKEN)));
        let options = UsePlaidLinkOptions::default().load(load.clone());
        let backend = ScriptedBackend::of("ann");
        backend.grants(TOKEN);
        let flow = use_link_flow(backend, UseLinkFlowOptions::default().load(load));
        view! {
            <PlaidLink token options>"Connect"</PlaidLink>
            <ConnectBank flow />
        }
    });
    let is_ready = || link.frames() == 2 && page::count("button:enabled:first-of-type") > 0;
    page::until("both", is_ready).await;
    let (one, two) = (2 * number - 1, 2 * number);
    mounted.find("button").click();
    let calls = link.calls();
    let opened = if calls.contains(&format!("{one} open")) {
        one
    } else {
        two
    };
    if number.is_multiple_of(2) {
        link.leave(opened);
    }
    mounted.element.remove();
    drop(mounted);
    if !number.is_multiple_of(2) {
        link.leave(opened);
    }
    link.calls();
    link.forget(one);
    link.forget(two);
}

#[wasm_bindgen_test]
async fn a_thousand_mounts_leak_nothing() {
    clear_storage();
    let link = FakeLink::load().await;
    let listeners = Listeners::count();
    for number in 1..=100 {
        mount_and_unmount(&link, number).await;
    }
    let before = (Footprint::measure().await, listeners.left());
    for number in 101..=1_100 {
        mount_and_unmount(&link, number).await;
    }
    assert_eq!(listeners.left(), before.1);
    before.0.is_restored().await;
}
