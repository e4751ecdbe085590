//! Callbacks of a handler.

use std::cell::RefCell;
use std::rc::Rc;

use fake_link::{Diary, FakeLink, TOKEN, held_values, js, page};
use plaid_link::{Callbacks, Handler, LinkOptions};
use plaid_types::link::{EventName, ExitStatus, ViewName};
use plaid_types::{AccountType, ErrorType};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn create(link: &FakeLink, callbacks: Callbacks) -> Handler {
    let options = LinkOptions::new(TOKEN.into()).callbacks(callbacks);
    link.plaid().create(options).expect("created")
}

#[wasm_bindgen_test]
async fn a_success_arrives_typed() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let heard = diary.clone();
    let _handler = create(
        &link,
        Callbacks::default().on_success(move |token, metadata| {
            let institution = metadata.institution.as_ref().expect("an institution");
            assert_eq!(institution.institution_id, Some("ins_109508".into()));
            assert_eq!(metadata.accounts[0].kind, Some(AccountType::Depository));
            assert_eq!(metadata.link_session_id, Some("session-1".into()));
            assert_eq!(metadata.extra["novelty"], 3);
            heard.write(token.expect("a token").as_str());
        }),
    );
    let metadata = js("{
        institution: { name: 'First Platypus Bank', institution_id: 'ins_109508' },
        accounts: [{ id: 'acc_1', name: 'Plaid Checking', mask: '0000', type: 'depository', subtype: 'checking' }],
        link_session_id: 'session-1', transfer_status: null, novelty: 3,
    }");
    link.say(1, "onSuccess", &"public-test-1".into(), &metadata);
    assert_eq!(diary.read(), ["public-test-1"]);
}

#[wasm_bindgen_test]
async fn an_exit_arrives_typed() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let heard = diary.clone();
    let _handler = create(
        &link,
        Callbacks::default().on_exit(move |error, metadata| {
            assert_eq!(metadata.request_id, Some("request-1".into()));
            let error = error.map(|error| {
                assert_eq!(error.error_type, Some(ErrorType::ItemError));
                error.into_inner().error_code.expect("a code")
            });
            assert_eq!(metadata.status.is_some(), error.is_some());
            if let Some(status) = &metadata.status {
                assert_eq!(*status, ExitStatus::RequiresCredentials);
            }
            heard.write(format!("{error:?}"));
        }),
    );
    let error = js(
        "{ error_type: 'ITEM_ERROR', error_code: 'INVALID_CREDENTIALS',
        error_message: 'wrong', display_message: null }",
    );
    let metadata = js("{ status: 'requires_credentials', request_id: 'request-1' }");
    link.say(1, "onExit", &error, &metadata);
    link.say(
        1,
        "onExit",
        &JsValue::NULL,
        &js("{ status: null, request_id: 'request-1' }"),
    );
    assert_eq!(diary.read(), [r#"Some("INVALID_CREDENTIALS")"#, "None"]);
}

#[wasm_bindgen_test]
async fn an_event_arrives_typed() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let heard = diary.clone();
    let _handler = create(
        &link,
        Callbacks::default().on_event(move |name, metadata| {
            assert_eq!(metadata.view_name, Some(ViewName::Consent));
            heard.write(format!("{name:?} {}", name.as_str()));
        }),
    );
    let metadata = js("{ view_name: 'CONSENT', error_code: null }");
    link.say(1, "onEvent", &EventName::Open.as_str().into(), &metadata);
    link.say(1, "onEvent", &"NOVELTY".into(), &metadata);
    assert_eq!(diary.read(), ["Open OPEN", r#"Other("NOVELTY") NOVELTY"#]);
}

#[wasm_bindgen_test]
async fn an_unread_payload_is_forwarded_unchanged() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let (success, exit, event) = (diary.clone(), diary.clone(), diary.clone());
    let _handler = create(
        &link,
        Callbacks::default()
            .on_success(move |token, metadata| {
                let token = token.expect("a token");
                success.write(format!("{} {}", token.as_str(), metadata.to_text()));
            })
            .on_exit(move |error, metadata| {
                exit.write(format!(
                    "{error:?} {:?}",
                    metadata.to_object().get("novelty")
                ));
            })
            .on_event(move |name, metadata| {
                let name = name.as_raw().as_string().expect("a name");
                event.write(format!("{name} {}", metadata.to_text()));
            }),
    );
    let metadata = js("{ novelty: [1, 2.5, true, null, 'x'] }");
    link.say(1, "onSuccess", &"public-test-1".into(), &metadata);
    link.say(1, "onEvent", &"NOVELTY".into(), &metadata);
    link.say(1, "onEvent", &JsValue::NULL, &metadata);
    link.say(1, "onExit", &JsValue::NULL, &js("{ novelty: 7 }"));
    assert_eq!(
        diary.read(),
        [
            r#"public-test-1 {"novelty":[1,2.5,true,null,"x"]}"#,
            r#"NOVELTY {"novelty":[1,2.5,true,null,"x"]}"#,
            "None Some(Number(7))"
        ]
    );
}

#[wasm_bindgen_test]
async fn an_error_payload_is_displayed_like_its_type() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let heard = diary.clone();
    let _handler = create(
        &link,
        Callbacks::default().on_exit(move |error, _| {
            let error = error.expect("an error");
            assert_eq!(error.to_string(), error.clone().into_inner().to_string());
            heard.write(error.to_string());
        }),
    );
    for error in [
        "{ error_code: 'ITEM_LOCKED', error_message: 'locked' }",
        "{ error_code: 'ITEM_LOCKED', error_message: null }",
        "{ error_message: 'odd' }",
        "{}",
    ] {
        link.say(1, "onExit", &js(error), &js("{}"));
    }
    assert_eq!(
        diary.read(),
        [
            "ITEM_LOCKED: locked",
            "ITEM_LOCKED",
            "unknown error: odd",
            "unknown error"
        ]
    );
}

#[wasm_bindgen_test]
async fn each_callback_is_called() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let closed = diary.clone();
    let callbacks = diary.callbacks("").on_close(move || closed.write("close"));
    let handler = create(&link, callbacks);
    link.say(1, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    handler.open().expect("opens");
    link.tell(1, "OPEN");
    link.succeed(1);
    link.leave(1);
    assert_eq!(
        diary.read(),
        ["load", "event", "close", "success", "close", "exit"]
    );
    drop(handler);

    let _silent = create(&link, Callbacks::default());
    link.succeed(2);
    link.leave(2);
    link.tell(2, "OPEN");
    link.say(2, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    assert!(diary.read().is_empty());
}

#[wasm_bindgen_test]
async fn set_callbacks_keeps_the_handler() {
    let link = FakeLink::load().await;
    let (old, new) = (Diary::default(), Diary::default());
    let handler = create(&link, old.callbacks(""));
    handler.open().expect("opens");
    link.calls();
    handler.set_callbacks(new.callbacks(""));
    link.tell(1, "OPEN");
    link.succeed(1);
    assert!(link.calls().is_empty());
    assert_eq!(new.read(), ["event", "success"]);
    assert!(old.read().is_empty());
    assert_eq!(old.holders(), 1, "the old callbacks are dropped");
}

#[wasm_bindgen_test]
async fn a_call_after_drop_does_nothing() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    drop(create(&link, diary.callbacks("")));
    assert_eq!(
        diary.holders(),
        1,
        "the callbacks are dropped with the handler"
    );
    link.tell(1, "HANDOFF");
    link.succeed(1);
    link.leave(1);
    link.say(1, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    assert!(diary.read().is_empty());
}

/// A slot for a handler that its own callbacks drop.
type Slot = Rc<RefCell<Option<Handler>>>;

#[wasm_bindgen_test]
async fn a_handler_may_be_dropped_in_any_of_its_callbacks() {
    for callback in ["onSuccess", "onExit", "onEvent", "onLoad"] {
        for open in [false, true] {
            let link = FakeLink::load().await;
            let diary = Diary::default();
            let slot = Slot::default();
            let end = || {
                let (slot, diary) = (slot.clone(), diary.clone());
                move || {
                    drop(slot.take());
                    diary.write("dropped");
                }
            };
            let (success, exit, event) = (end(), end(), end());
            let callbacks = Callbacks::default()
                .on_success(move |_, _| success())
                .on_exit(move |_, _| exit())
                .on_event(move |_, _| event())
                .on_load(end());
            slot.replace(Some(create(&link, callbacks)));
            if open {
                let opened = slot.borrow().as_ref().map(Handler::open);
                opened.expect("a handler").expect("opens");
            }

            link.say(1, callback, &"public-test-1".into(), &js("{}"));
            link.leave(1);
            link.tell(1, "EXIT");
            assert_eq!(diary.read(), ["dropped"], "{callback}, open: {open}");
            assert_eq!(link.frames(), 0, "{callback}, open: {open}");
            let destroyed = link
                .calls()
                .iter()
                .filter(|call| *call == "1 destroy")
                .count();
            assert_eq!(destroyed, 1, "{callback}, open: {open}");
        }
    }
}

#[wasm_bindgen_test]
async fn replaced_callbacks_may_own_a_handler() {
    let link = FakeLink::load().await;
    let element = page::add("div");
    let owner = |handler: Handler| {
        Callbacks::default().on_load(move || {
            let _ = &handler;
        })
    };
    let outer = create(&link, owner(create(&link, Callbacks::default())));
    let options =
        LinkOptions::new(TOKEN.into()).callbacks(owner(create(&link, Callbacks::default())));
    let embedded = link
        .plaid()
        .create_embedded(options, &element)
        .expect("created");
    assert_eq!(link.frames(), 4);
    outer.set_callbacks(Callbacks::default());
    embedded.set_callbacks(Callbacks::default());
    assert_eq!(link.frames(), 2, "the old callbacks dropped their handler");
}

#[wasm_bindgen_test]
async fn a_callback_may_call_its_handler() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let slot = Slot::default();
    let (again, heard) = (slot.clone(), diary.clone());
    let callbacks = Callbacks::default().on_exit(move |_, _| {
        let slot = again.borrow();
        let handler = slot.as_ref().expect("a handler");
        handler.set_callbacks(heard.callbacks("second "));
        handler.open().expect("opens again");
    });
    slot.replace(Some(create(&link, callbacks)));
    slot.borrow()
        .as_ref()
        .expect("a handler")
        .open()
        .expect("opens");
    link.leave(1);
    assert!(slot.borrow().as_ref().expect("a handler").is_open());
    link.leave(1);
    assert_eq!(diary.read(), ["second exit"]);
    drop(slot.take());
}

#[wasm_bindgen_test]
async fn many_handlers_leak_nothing() {
    let link = FakeLink::load().await;
    let diary = Diary::default();
    let cycle = |number| {
        let handler = create(&link, diary.callbacks(""));
        handler.open().expect("opens");
        link.tell(number, "OPEN");
        link.leave(number);
        drop(handler);
        link.tell(number, "EXIT");
        link.calls();
    };
    (1..=50).for_each(cycle);
    assert_eq!(diary.read().len(), 100);
    assert_eq!(diary.holders(), 1);
    assert_eq!(link.frames(), 0);

    let held = held_values();
    (51..=250).for_each(cycle);
    assert_eq!(held_values(), held, "JavaScript values are held on to");
    assert_eq!(diary.holders(), 1);
}
