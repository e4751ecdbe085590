//! The methods of a handler, and its drop.

use fake_link::{CallLog, FakeLink, TOKEN, js, page};
use plaid_link::{Error, ExitOptions, Handler, LinkOptions, Submission};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn create(link: &FakeLink) -> Handler {
    let options = LinkOptions::new(TOKEN.into());
    link.plaid().create(options).expect("created")
}

#[wasm_bindgen_test]
async fn create_passes_the_token_and_the_callbacks_only() {
    let link = FakeLink::load().await;
    let _handler = create(&link);
    assert_eq!(link.calls(), [r#"1 create {"token":"link-test-1"}"#]);
    assert_eq!(
        link.keys(1),
        ["onEvent", "onExit", "onLoad", "onSuccess", "token"]
    );
}

#[wasm_bindgen_test]
async fn create_passes_the_redirect_uri_unchanged() {
    let link = FakeLink::load().await;
    let options = LinkOptions::new(TOKEN.into())
        .received_redirect_uri("https://app.example.com/oauth?a=%20b&oauth_state_id=1#x");
    let _handler = link.plaid().create(options).expect("created");
    assert_eq!(
        link.calls(),
        [concat!(
            r#"1 create {"token":"link-test-1","#,
            r#""receivedRedirectUri":"https://app.example.com/oauth?a=%20b&oauth_state_id=1#x"}"#
        )]
    );
}

#[wasm_bindgen_test]
async fn other_tokens_are_refused_before_link_sees_them() {
    let link = FakeLink::load().await;
    let element = page::add("div");
    for token in [
        "",
        "5f2d9a0f1c9d440000000000",
        "public-sandbox-1",
        "Link-sandbox-1",
        " link-1",
    ] {
        let error = link
            .plaid()
            .create(LinkOptions::new(token.into()))
            .expect_err(token);
        assert_eq!(error, Error::NotALinkToken);
        assert!(
            error
                .to_string()
                .contains("docs/migrating-from-public-key.md")
        );
        let error = link
            .plaid()
            .create_embedded(LinkOptions::new(token.into()), &element)
            .expect_err(token);
        assert_eq!(error, Error::NotALinkToken);
    }
    assert!(link.calls().is_empty());
}

#[wasm_bindgen_test]
async fn exceptions_of_link_are_returned() {
    let link = FakeLink::load().await;
    let nothing = "it threw a value without a message";
    let rows = [
        ("new Error('Invalid env')", "Invalid env"),
        ("new TypeError('no body')", "no body"),
        ("'a mere string'", "a mere string"),
        ("{ message: 'an object' }", "an object"),
        ("{ message: 7 }", nothing),
        ("{ get message() { throw 1 } }", nothing),
        ("undefined", nothing),
        ("null", nothing),
        ("42", nothing),
        ("Symbol('s')", nothing),
    ];
    let handler = create(&link);
    let element = page::add("div");
    for (thrown, text) in rows {
        let refused = Err(Error::Refused(text.to_owned()));
        let options = LinkOptions::new(TOKEN.into());
        for method in ["create", "createEmbedded", "open", "submit"] {
            link.refuse(method, &js(thrown));
        }
        assert_eq!(link.plaid().create(options.clone()).map(drop), refused);
        assert_eq!(
            link.plaid().create_embedded(options, &element).map(drop),
            refused
        );
        assert_eq!(handler.open(), refused);
        assert!(!handler.is_open());
        assert_eq!(
            handler.submit(&Submission::PhoneNumber("+14155550011".into())),
            refused
        );
        link.accept("open");
        assert_eq!(handler.open(), Ok(()), "it opens after a refusal");
        link.refuse("exit", &js(thrown));
        let at_once = ExitOptions { force: true };
        assert_eq!(handler.exit(at_once), refused);
        assert!(handler.is_open(), "a failed exit leaves it open");
        link.accept("exit");
        link.leave(1);
    }
}

#[wasm_bindgen_test]
async fn exit_and_submit_pass_documented_arguments_only() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    handler.open().expect("opens");
    link.calls();
    handler.exit(ExitOptions::default()).expect("exit");
    handler.exit(ExitOptions { force: true }).expect("exit");
    handler
        .submit(&Submission::PhoneNumber("+14155550011".into()))
        .expect("submit");
    handler
        .submit(&Submission::DateOfBirth("1990-01-31".into()))
        .expect("submit");
    assert_eq!(
        link.calls(),
        [
            r#"1 exit {"force":false}"#,
            r#"1 exit {"force":true}"#,
            r#"1 submit {"phone_number":"+14155550011"}"#,
            r#"1 submit {"date_of_birth":"1990-01-31"}"#,
        ]
    );
}

#[wasm_bindgen_test]
async fn open_does_nothing_while_link_is_open() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    link.calls();
    handler.open().expect("opens");
    handler.open().expect("is open");
    assert!(handler.is_open());
    assert_eq!(link.calls(), ["1 open"]);

    link.leave(1);
    assert!(!handler.is_open());
    handler.open().expect("opens again");
    assert_eq!(link.calls(), ["1 open"]);
    link.succeed(1);
    assert!(!handler.is_open(), "a success closes Link as well");
}

#[wasm_bindgen_test]
async fn exit_does_nothing_while_link_is_closed() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    link.calls();
    for force in [false, true] {
        handler.exit(ExitOptions { force }).expect("is closed");
    }
    assert!(link.calls().is_empty());
}

#[wasm_bindgen_test]
async fn open_is_refused_during_a_forced_exit() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    handler.open().expect("opens");
    handler.exit(ExitOptions { force: true }).expect("exits");
    assert!(!handler.is_open());
    assert_eq!(handler.open(), Err(Error::StillOpen));
    link.leave(1);
    assert_eq!(handler.open(), Ok(()));
    assert!(handler.is_open());
}

#[wasm_bindgen_test]
async fn link_shows_one_visit_at_a_time() {
    let link = FakeLink::load().await;
    let (one, two) = (create(&link), create(&link));
    one.open().expect("opens");
    link.calls();
    assert_eq!(two.open(), Err(Error::StillOpen));
    assert!(!two.is_open());
    assert!(link.calls().is_empty(), "Link would show nothing");

    let ends: [fn(&FakeLink, &Handler); 2] = [|link, _| link.leave(1), |link, _| link.succeed(1)];
    for end in ends {
        end(&link, &one);
        two.open().expect("opens after the other has closed");
        assert_eq!(one.open(), Err(Error::StillOpen));
        link.leave(2);
        one.open().expect("opens again");
    }
    drop(one);
    link.leave(1);
    assert_eq!(two.open(), Ok(()), "a dropped handler does not block it");
}

#[wasm_bindgen_test]
async fn drop_destroys_once() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    assert_eq!(link.frames(), 1);
    link.calls();
    drop(handler);
    link.leave(1);
    assert_eq!(link.calls(), ["1 destroy"]);
    assert_eq!(link.frames(), 0);
}

#[wasm_bindgen_test]
async fn drop_while_open_exits_then_destroys() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(""));
    let handler = link.plaid().create(options).expect("created");
    handler.open().expect("opens");
    link.calls();

    drop(handler);
    assert_eq!(
        link.calls(),
        [r#"1 exit {"force":true}"#],
        "Link refuses to be destroyed while open"
    );
    assert_eq!(link.frames(), 1);
    link.leave(1);
    assert_eq!(link.calls(), ["1 destroy"]);
    assert_eq!(link.frames(), 0);
    link.leave(1);
    assert!(link.calls().is_empty(), "it was destroyed once");
    assert!(log.read().is_empty(), "no callback is called");
    assert_eq!(log.holders(), 1);
}

#[wasm_bindgen_test]
async fn drop_while_open_works_when_link_closes_at_once() {
    for callback in ["onExit", "onSuccess"] {
        let link = FakeLink::load().await;
        let log = CallLog::default();
        let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(""));
        let handler = link.plaid().create(options).expect("created");
        handler.open().expect("opens");
        link.calls();

        link.call_back_at_once(callback);
        drop(handler);
        assert_eq!(link.frames(), 0);
        let mut calls = link.calls();
        calls.sort();
        assert_eq!(calls, ["1 destroy", r#"1 exit {"force":true}"#]);
        assert!(log.read().is_empty());
    }
}

#[wasm_bindgen_test]
async fn drop_works_when_link_throws() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    handler.open().expect("opens");
    for method in ["exit", "destroy"] {
        link.refuse(method, &JsValue::from_str("no"));
    }
    drop(handler);
    link.leave(1);
}

#[wasm_bindgen_test]
async fn two_handlers_are_independent() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let create = |who: &str| {
        let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(who));
        link.plaid().create(options).expect("created")
    };
    let (one, two) = (create("one "), create("two "));
    two.open().expect("opens");
    assert!(!one.is_open() && two.is_open());
    link.emit(2, "OPEN");
    link.leave(2);
    link.emit(1, "OPEN");
    assert_eq!(log.read(), ["two event", "two exit", "one event"]);
    link.calls();

    drop(one);
    assert_eq!(link.calls(), ["1 destroy"]);
    link.succeed(2);
    assert_eq!(log.read(), ["two success"]);
    drop(two);
    assert_eq!(link.calls(), ["2 destroy"]);
}

#[wasm_bindgen_test]
async fn the_raw_handler_is_links_own() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    link.calls();
    page::run("handler", "handler.open()", &[&handler.as_raw()]);
    assert_eq!(link.calls(), ["1 open"]);
    link.leave(1);
}
