//! Unmounting at any moment: nothing panics or leaks, and Link is closed.

use std::cell::RefCell;
use std::rc::Rc;

use fake_link::{CallLog, FakeLink, TOKEN, page};
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{
    ConnectBank, FailureKind, PlaidEmbeddedLink, PlaidLink, Stage, Submitted, UseLinkFlowOptions,
    UsePlaidLinkOptions, use_link_flow, use_plaid_link,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, mount, run_due_tasks};
use crate::scripted_backend::ScriptedBackend;
use crate::use_link_flow::{Flow, clear_storage, kept, linked};

/// Checks that an unmounted flow has released its backend.
fn assert_released(backend: &ScriptedBackend) {
    assert_eq!(backend.holders(), 1, "the flow was not released");
}

/// Mounts one of each component with the same token.
fn everything(fake: &FakeLink, backend: &ScriptedBackend) -> Mounted {
    let (load, backend) = (fake.options.clone(), backend.clone());
    mount(move || {
        let token = Signal::stored(Some(LinkToken::from(TOKEN)));
        let options = UsePlaidLinkOptions::default().load(load.clone());
        let flow = use_link_flow(backend, UseLinkFlowOptions::default().load(load));
        view! {
            <PlaidLink token options=options.clone()>"Connect"</PlaidLink>
            <PlaidEmbeddedLink token options />
            <ConnectBank flow />
        }
    })
}

async fn assert_clean(fake: &FakeLink) {
    run_due_tasks().await;
    assert_eq!(fake.frames(), 0);
    assert_eq!(
        page::body().style().get_property_value("overflow"),
        Ok(String::new())
    );
}

#[wasm_bindgen_test]
async fn before_the_script_is_requested() {
    clear_storage();
    let fake = FakeLink::offer();
    drop(everything(&fake, &ScriptedBackend::of("ann")));
    assert_clean(&fake).await;
    assert!(fake.calls().is_empty());
}

#[wasm_bindgen_test]
async fn while_the_script_loads() {
    clear_storage();
    for ending in ["load", "error"] {
        let fake = FakeLink::offer();
        let tag = page::inert_tag(&fake.options.src);
        let backend = ScriptedBackend::of("ann");
        backend.grants(TOKEN);
        let mounted = everything(&fake, &backend);
        run_due_tasks().await;
        drop(mounted);
        if ending == "load" {
            page::run("source", "eval(source)", &[&fake_link::SCRIPT.into()]);
        }
        page::settle(&tag, ending);
        assert_clean(&fake).await;
        assert!(fake.calls().is_empty(), "{ending}");
    }
}

#[wasm_bindgen_test]
async fn while_the_token_is_fetched() {
    clear_storage();
    let fake = FakeLink::load().await;
    let backend = ScriptedBackend::of("ann");
    let flow = Flow::at(fake, backend, UseLinkFlowOptions::default());
    flow.flow.open();
    run_due_tasks().await;
    drop(flow.mounted);
    flow.backend.grants(TOKEN);
    assert_clean(&flow.fake).await;
    assert!(flow.fake.calls().is_empty());
    assert_released(&flow.backend);
}

#[wasm_bindgen_test]
async fn while_the_user_is_unknown() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    run_due_tasks().await;
    drop(flow.mounted);
    flow.backend.signs_in("ann");
    assert_clean(&flow.fake).await;
}

#[wasm_bindgen_test]
async fn when_everything_is_ready() {
    clear_storage();
    let fake = FakeLink::load().await;
    let backend = ScriptedBackend::of("ann");
    backend.grants(TOKEN);
    let mounted = everything(&fake, &backend);
    page::until("all three", || fake.frames() == 3).await;
    fake.calls();
    drop(mounted);
    let mut calls = fake.calls();
    calls.sort();
    assert_eq!(calls, ["1 destroy", "2 destroy", "3 destroy"]);
    assert_clean(&fake).await;
    for handler in 1..=3 {
        fake.succeed(handler);
        fake.leave(handler);
        fake.emit(handler, "EXIT");
    }
    run_due_tasks().await;
    assert_eq!(backend.requests(), ["token"], "a late success is ignored");
    assert_released(&backend);
}

#[wasm_bindgen_test]
async fn while_link_is_open() {
    for at_once in [false, true] {
        let flow = Flow::open().await;
        if at_once {
            flow.fake.call_back_at_once("onExit");
        }
        drop(flow.mounted);
        assert_eq!(flow.fake.calls()[0], r#"1 exit {"force":true}"#);
        if !at_once {
            flow.fake.leave(1);
        }
        assert_clean(&flow.fake).await;
    }
}

#[wasm_bindgen_test]
async fn while_link_is_open_and_a_success_is_submitted() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.reaches(Stage::Open).await;
    flow.fake.calls();
    drop(flow.mounted);
    assert_eq!(flow.fake.calls(), [r#"2 exit {"force":true}"#], "at once");
    flow.fake.leave(2);
    assert_clean(&flow.fake).await;
}

#[wasm_bindgen_test]
async fn while_a_success_is_being_submitted() {
    for submitted in [linked(), Submitted::Duplicate("item-7".into())] {
        let flow = Flow::open().await;
        flow.fake.succeed(1);
        run_due_tasks().await;
        drop(flow.mounted);
        assert_eq!(kept().len(), 1, "the next page submits it");
        flow.backend.acknowledges(submitted);
        assert_clean(&flow.fake).await;
        assert!(kept().is_empty(), "the record is removed");
        assert_released(&flow.backend);
    }
}

#[wasm_bindgen_test]
async fn while_a_submission_waits_for_a_retry() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend
        .fails_submission(FailureKind::BackendUnreachable);
    run_due_tasks().await;
    flow.backend.requests();
    drop(flow.mounted);
    page::run("", "window.dispatchEvent(new Event('online'))", &[]);
    assert_clean(&flow.fake).await;
    assert!(flow.backend.requests().is_empty());
    assert_eq!(kept().len(), 1);
    assert_released(&flow.backend);
}

type Slot = Rc<RefCell<Option<Mounted>>>;

#[wasm_bindgen_test]
async fn inside_a_callback() {
    for callback in ["onSuccess", "onExit", "onEvent", "onLoad"] {
        for open in [false, true] {
            let fake = FakeLink::load().await;
            let (slot, log) = (Slot::default(), CallLog::default());
            let load = fake.options.clone();
            let end = || {
                let (slot, log) = (slot.clone(), log.clone());
                move || {
                    drop(slot.take());
                    log.write("unmounted");
                }
            };
            let (success, exit, event) = (end(), end(), end());
            let options = UsePlaidLinkOptions::default()
                .load(load)
                .on_success(move |_, _| success())
                .on_exit(move |_, _| exit())
                .on_event(move |_, _| event())
                .on_load(end());
            let link = Rc::new(RefCell::new(None));
            let place = link.clone();
            slot.replace(Some(mount(move || {
                let token = Signal::stored(Some(LinkToken::from(TOKEN)));
                place.replace(Some(use_plaid_link(token, options)));
            })));
            let link = link.take().expect("rendered");
            page::until("ready", || link.ready.get_untracked()).await;
            if open {
                link.open().expect("opens");
            }
            fake.call_back(1, callback, &"public-test-1".into(), &fake_link::js("{}"));
            fake.leave(1);
            assert_clean(&fake).await;
            assert_eq!(log.read(), ["unmounted"], "{callback}, open: {open}");
        }
    }
}

thread_local! {
    static WHOLE_PAGE: RefCell<Option<Mounted>> = const { RefCell::new(None) };
}

#[wasm_bindgen_test]
async fn inside_an_effect_of_the_host() {
    for callback in ["onSuccess", "onExit", "onEvent"] {
        clear_storage();
        let (fake, backend) = (FakeLink::load().await, ScriptedBackend::of("ann"));
        backend.grants(TOKEN);
        let (shared, load) = (backend.clone(), fake.options.clone());
        let flow = Rc::new(RefCell::new(None));
        let place = flow.clone();
        let mounted = mount(move || {
            let options = UseLinkFlowOptions::default()
                .load(load)
                .on_event(|_, _| drop(WHOLE_PAGE.take()));
            let flow = use_link_flow(shared, options);
            // Runs at once, during the step that changes the signals.
            ImmediateEffect::new_scoped(move || {
                let over = flow.stage.get() == Stage::Submitting || flow.outcome.get().is_some();
                if over {
                    drop(WHOLE_PAGE.take());
                }
            });
            place.replace(Some(flow));
        });
        WHOLE_PAGE.set(Some(mounted));
        let flow = flow.take().expect("rendered");
        let is_ready = || flow.stage.get_untracked() == Stage::Ready;
        page::until("ready", is_ready).await;
        flow.open();
        fake.call_back(1, callback, &"public-test-1".into(), &fake_link::js("{}"));
        assert!(WHOLE_PAGE.take().is_none(), "{callback}");
        fake.leave(1);
        assert_clean(&fake).await;
    }
}

/// Restoring the focus runs the host's focus listeners while Link closes.
#[wasm_bindgen_test]
async fn inside_a_focus_listener() {
    for unmounted_by_the_listener in [false, true] {
        let fake = FakeLink::load().await;
        fake.call_back_at_once("onExit");
        let log = CallLog::default();
        let button = page::add("button");
        button.focus().expect("focus");

        let load = fake.options.clone();
        let token = ArcRwSignal::new(Some(LinkToken::from(TOKEN)));
        let (shared_token, hooked) = (token.clone(), Rc::new(RefCell::new(None)));
        let place = hooked.clone();
        WHOLE_PAGE.set(Some(mount(move || {
            let options = UsePlaidLinkOptions::default().load(load);
            place.replace(Some(use_plaid_link(shared_token, options)));
        })));
        let link = hooked.take().expect("rendered");
        page::until("ready", || link.ready.get_untracked()).await;
        link.open().expect("opens");

        let heard = log.clone();
        let on_focus = Closure::<dyn Fn()>::new(move || {
            if unmounted_by_the_listener {
                drop(WHOLE_PAGE.take());
            }
            // Uses Leptos' arena and the hook.
            let _ = RwSignal::new(0).get_untracked();
            let is_open = link.is_open.try_get_untracked();
            heard.write(format!("{is_open:?} {:?}", link.open()));
        });
        button.set_onfocus(Some(on_focus.as_ref().unchecked_ref()));
        if unmounted_by_the_listener {
            token.set(None);
        } else {
            drop(WHOLE_PAGE.take());
        }
        assert_clean(&fake).await;
        let seen = if unmounted_by_the_listener {
            "None Err(NoToken)"
        } else {
            "Some(true) Err(NoToken)"
        };
        assert_eq!(log.read(), [seen]);
        button.set_onfocus(None);
    }
}
