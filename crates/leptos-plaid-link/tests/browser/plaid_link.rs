//! The `PlaidLink` component: a button that is enabled once Link is ready.

use fake_link::{FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{Error, LoadOptions, PlaidLink, UsePlaidLinkOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlButtonElement;

use crate::mounted::{Mounted, mount, mount_into, run_due_tasks};

pub(crate) fn button(mounted: &Mounted) -> HtmlButtonElement {
    mounted.find("button").unchecked_into()
}

fn connect(token: Signal<Option<LinkToken>>, load: LoadOptions) -> impl IntoView {
    let options = UsePlaidLinkOptions::default().load(load);
    view! { <PlaidLink token options attr:class="primary">"Connect a bank account"</PlaidLink> }
}

#[wasm_bindgen_test]
async fn the_button_is_enabled_once_link_is_ready() {
    let fake = FakeLink::offer();
    let load = fake.options.clone();
    let token = ArcRwSignal::new(None);
    let shared_token = token.clone();
    let mounted = mount(move || connect(shared_token.into(), load));
    let button = button(&mounted);
    assert_eq!(
        button.text_content().as_deref(),
        Some("Connect a bank account")
    );
    assert_eq!(button.type_(), "button", "it does not submit a form");
    assert_eq!(button.class_name(), "primary");
    page::until("the script", || {
        page::run("", "return 'Plaid' in window", &[]).is_truthy()
    })
    .await;
    run_due_tasks().await;
    assert!(button.disabled(), "there is no token");

    token.set(Some(TOKEN.into()));
    page::until("enabled", || !button.disabled()).await;
    fake.calls();
    button.click();
    button.click();
    assert_eq!(fake.calls(), ["1 open"]);
    fake.leave(1);
    button.click();
    assert_eq!(fake.calls(), ["1 open"], "it opens again");
    fake.leave(1);

    token.set(None);
    page::until("disabled", || button.disabled()).await;
}

#[wasm_bindgen_test]
async fn a_click_after_an_error_retries() {
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let load = fake.options.clone();
    let error = ArcRwSignal::new(None);
    let shared_error = error.clone();
    let mounted = mount(move || {
        let token = Signal::stored(Some(TOKEN.into()));
        let options = UsePlaidLinkOptions::default().load(load);
        view! { <PlaidLink token options error=shared_error.into()>"Connect"</PlaidLink> }
    });
    let button = button(&mounted);
    run_due_tasks().await;
    assert!(button.disabled());
    page::settle(&tag, "error");
    page::until("an error", || error.with_untracked(Option::is_some)).await;
    page::until("enabled", || !button.disabled()).await;
    button.click();
    page::until("no error", || error.with_untracked(Option::is_none)).await;
    page::until("a handler", || fake.frames() == 1).await;
    run_due_tasks().await;

    fake.refuse("open", &js("new Error('no')"));
    button.click();
    let refused = Error::Refused("no".to_owned());
    assert_eq!(error.get_untracked(), Some(refused));
    fake.accept("open");
    button.click();
    assert_eq!(error.get_untracked(), None);
    assert_eq!(fake.calls().last().map(String::as_str), Some("1 open"));
    fake.leave(1);
}

#[wasm_bindgen_test]
async fn it_works_inside_a_dialog_that_closes() {
    let fake = FakeLink::load().await;
    let dialog = page::add("dialog");
    page::run("dialog", "dialog.show()", &[&dialog]);
    let load = fake.options.clone();
    let mounted = mount_into(dialog.clone(), move || {
        connect(Signal::stored(Some(TOKEN.into())), load)
    });
    let button = button(&mounted);
    page::until("enabled", || !button.disabled()).await;
    button.focus().expect("focus");
    button.click();
    assert_eq!(fake.calls()[1..], ["1 open"]);
    page::run("dialog", "dialog.close()", &[&dialog]);
    drop(mounted);
    assert_eq!(fake.calls(), [r#"1 exit {"force":true}"#]);
    fake.leave(1);
    run_due_tasks().await;
    assert_eq!(fake.frames(), 0);
}

#[wasm_bindgen_test]
async fn several_on_a_page_are_independent() {
    let fake = FakeLink::offer();
    let load = fake.options.clone();
    let mounted = mount(move || {
        (1..=3)
            .map(|number| {
                let token = Some(format!("link-test-{number}").into());
                connect(Signal::stored(token), load.clone())
            })
            .collect_view()
    });
    let all_enabled = || page::count("button.primary:enabled") == 3;
    page::until("enabled", all_enabled).await;
    assert_eq!(fake.frames(), 3);
    let creations = fake.calls();
    assert_eq!(creations[1], r#"2 create {"token":"link-test-2"}"#);
    mounted
        .find("button:nth-of-type(2)")
        .unchecked_into::<HtmlButtonElement>()
        .click();
    assert_eq!(fake.calls(), ["2 open"]);
    fake.leave(2);
    drop(mounted);
    assert_eq!(fake.frames(), 0);
}
