//! Callbacks of a handler.

use std::cell::RefCell;
use std::rc::Rc;

use fake_link::{CallLog, FakeLink, TOKEN, held_values, js, page};
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
    let log = CallLog::default();
    let heard = log.clone();
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
    link.call_back(1, "onSuccess", &"public-test-1".into(), &metadata);
    assert_eq!(log.read(), ["public-test-1"]);
}

#[wasm_bindgen_test]
async fn an_exit_arrives_typed() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let heard = log.clone();
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
    link.call_back(1, "onExit", &error, &metadata);
    link.call_back(
        1,
        "onExit",
        &JsValue::NULL,
        &js("{ status: null, request_id: 'request-1' }"),
    );
    assert_eq!(log.read(), [r#"Some("INVALID_CREDENTIALS")"#, "None"]);
}

#[wasm_bindgen_test]
async fn an_event_arrives_typed() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let heard = log.clone();
    let _handler = create(
        &link,
        Callbacks::default().on_event(move |name, metadata| {
            assert_eq!(metadata.view_name, Some(ViewName::Consent));
            heard.write(format!("{name:?} {}", name.as_str()));
        }),
    );
    let metadata = js("{ view_name: 'CONSENT', error_code: null }");
    link.call_back(1, "onEvent", &EventName::Open.as_str().into(), &metadata);
    link.call_back(1, "onEvent", &"NOVELTY".into(), &metadata);
    assert_eq!(log.read(), ["Open OPEN", r#"Other("NOVELTY") NOVELTY"#]);
}

#[wasm_bindgen_test]
async fn an_unread_payload_is_forwarded_unchanged() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let (success, exit, event) = (log.clone(), log.clone(), log.clone());
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
    link.call_back(1, "onSuccess", &"public-test-1".into(), &metadata);
    link.call_back(1, "onEvent", &"NOVELTY".into(), &metadata);
    link.call_back(1, "onEvent", &JsValue::NULL, &metadata);
    link.call_back(1, "onExit", &JsValue::NULL, &js("{ novelty: 7 }"));
    assert_eq!(
        log.read(),
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
    let log = CallLog::default();
    let heard = log.clone();
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
        link.call_back(1, "onExit", &js(error), &js("{}"));
    }
    assert_eq!(
        log.read(),
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
    let log = CallLog::default();
    let closed = log.clone();
    let callbacks = log.callbacks("").on_close(move || closed.write("close"));
    let handler = create(&link, callbacks);
    link.call_back(1, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    handler.open().expect("opens");
    link.emit(1, "OPEN");
    link.succeed(1);
    link.leave(1);
    assert_eq!(
        log.read(),
        ["load", "event", "close", "success", "close", "exit"]
    );
    drop(handler);

    let _silent = create(&link, Callbacks::default());
    link.succeed(2);
    link.leave(2);
    link.emit(2, "OPEN");
    link.call_back(2, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    assert!(log.read().is_empty());
}

#[wasm_bindgen_test]
async fn set_callbacks_keeps_the_handler() {
    let link = FakeLink::load().await;
    let (old, new) = (CallLog::default(), CallLog::default());
    let handler = create(&link, old.callbacks(""));
    handler.open().expect("opens");
    link.calls();
    handler.set_callbacks(new.callbacks(""));
    link.emit(1, "OPEN");
    link.succeed(1);
    assert!(link.calls().is_empty());
    assert_eq!(new.read(), ["event", "success"]);
    assert!(old.read().is_empty());
    assert_eq!(old.holders(), 1, "the old callbacks are dropped");
}

#[wasm_bindgen_test]
async fn a_call_after_drop_does_nothing() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    drop(create(&link, log.callbacks("")));
    assert_eq!(
        log.holders(),
        1,
        "the callbacks are dropped with the handler"
    );
    link.emit(1, "HANDOFF");
    link.succeed(1);
    link.leave(1);
    link.call_back(1, "onLoad", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    assert!(log.read().is_empty());
}

/// A slot for a handler that its own callbacks drop.
type Slot = Rc<RefCell<Option<Handler>>>;

#[wasm_bindgen_test]
async fn a_handler_may_be_dropped_in_any_of_its_callbacks() {
    for callback in ["onSuccess", "onExit", "onEvent", "onLoad"] {
        for open in [false, true] {
            let link = FakeLink::load().await;
            let log = CallLog::default();
            let slot = Slot::default();
            let end = || {
                let (slot, log) = (slot.clone(), log.clone());
                move || {
                    drop(slot.take());
                    log.write("dropped");
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

            link.call_back(1, callback, &"public-test-1".into(), &js("{}"));
            link.leave(1);
            link.emit(1, "EXIT");
            assert_eq!(log.read(), ["dropped"], "{callback}, open: {open}");
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
    let log = CallLog::default();
    let slot = Slot::default();
    let (again, heard) = (slot.clone(), log.clone());
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
    assert_eq!(log.read(), ["second exit"]);
    drop(slot.take());
}

#[wasm_bindgen_test]
async fn many_handlers_leak_nothing() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let cycle = |number| {
        let handler = create(&link, log.callbacks(""));
        handler.open().expect("opens");
        link.emit(number, "OPEN");
        link.leave(number);
        drop(handler);
        link.emit(number, "EXIT");
        link.calls();
    };
    (1..=50).for_each(cycle);
    assert_eq!(log.read().len(), 100);
    assert_eq!(log.holders(), 1);
    assert_eq!(link.frames(), 0);

    let held = held_values();
    (51..=250).for_each(cycle);
    assert_eq!(held_values(), held, "JavaScript values are held on to");
    assert_eq!(log.holders(), 1);
}
