//! Arguments of any type: nothing panics or throws, and the public token is never lost.

use fake_link::{CallLog, FakeLink, TOKEN, js};
use plaid_link::LinkOptions;
use wasm_bindgen_test::wasm_bindgen_test;

const ANYTHING: &[&str] = &[
    "undefined",
    "null",
    "true",
    "42",
    "-0",
    "NaN",
    "Infinity",
    "2 ** 64",
    "10n",
    "'text'",
    r"'\uD800'",
    "Symbol('s')",
    "() => 1",
    "class { static accounts = 1 }",
    "[]",
    "[1, [2, [3]]]",
    "new Array(4294967295)",
    "{}",
    "{ accounts: null, institution: 7, link_session_id: {} }",
    "{ accounts: {} }",
    "{ accounts: [null, undefined, 7, 'x', {}, [[]]] }",
    "{ accounts: [{ id: 10n, mask: Symbol('s'), name: () => 1 }] }",
    "{ accounts: new Array(4294967295) }",
    "{ [Symbol('s')]: 1, link_session_id: 10n }",
    "Object.create(null)",
    "new Date(NaN)",
    "new Map([['accounts', []]])",
    "new String('text')",
    "new Uint8Array(8)",
    "new Error('an error')",
    "Promise.resolve({})",
    "/regex/",
    "window",
    "document",
    "document.body",
    "{ get accounts() { throw new Error('no') } }",
    "{ toJSON() { throw 1 }, toString() { throw 2 }, valueOf() { throw 3 } }",
    "(() => { const a = {}; a.institution = a; a.accounts = [a, a]; return a })()",
    "(() => { const a = {}; for (let i = 0; i < 20; i++) a['k' + i] = a; return a })()",
    "(() => { let a = {}; for (let i = 0; i < 50000; i++) a = { institution: a }; return a })()",
    "new Proxy({}, { get() { throw 1 } })",
    "new Proxy({}, { ownKeys() { throw 1 } })",
    "new Proxy({}, { getPrototypeOf() { throw 1 }, has() { throw 1 }, get() { throw 1 } })",
    "new Proxy([], { get() { throw 1 } })",
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()",
];

#[wasm_bindgen_test]
async fn unreadable_metadata_never_costs_a_public_token() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let heard = log.clone();
    let options = LinkOptions::new(TOKEN.into())
        .on_success(move |token, _| heard.write(token.expect("a token").as_str()));
    let _handler = link.plaid().create(options).expect("created");
    for source in ANYTHING {
        link.call_back(1, "onSuccess", &"public-test-1".into(), &js(source));
        assert_eq!(log.read(), ["public-test-1"], "{source}");
    }
}

#[wasm_bindgen_test]
async fn callbacks_accept_arguments_of_any_type() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(""));
    let _handler = link.plaid().create(options).expect("created");
    for source in ANYTHING {
        let value = js(source);
        for callback in ["onSuccess", "onExit", "onLoad"] {
            link.call_back(1, callback, &value, &value);
        }
        assert_eq!(log.read(), ["success", "exit", "load"], "{source}");
        link.call_back(1, "onEvent", &value, &value);
        let named = value.is_string();
        assert_eq!(
            log.read().len(),
            usize::from(named),
            "an event needs a name: {source}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_token_that_is_not_a_string_is_none() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let heard = log.clone();
    let options = LinkOptions::new(TOKEN.into())
        .on_success(move |token, _| heard.write(format!("{}", token.is_some())));
    let _handler = link.plaid().create(options).expect("created");
    for source in ["null", "undefined", "7", "{}"] {
        link.call_back(1, "onSuccess", &js(source), &js("{}"));
        assert_eq!(log.read(), ["false"], "{source}");
    }
}

#[wasm_bindgen_test]
async fn an_unreadable_field_affects_no_other() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    let heard = log.clone();
    let options = LinkOptions::new(TOKEN.into()).on_success(move |_, metadata| {
        let session = metadata.link_session_id.as_ref();
        heard.write(session.expect("a session").as_str());
    });
    let _handler = link.plaid().create(options).expect("created");
    let rows = [
        "{ link_session_id: 'session-1', get accounts() { throw 1 } }",
        "{ accounts: 10n, link_session_id: 'session-1', institution: () => 1 }",
        "{ link_session_id: 'session-1', accounts: [7], [Symbol('s')]: 1 }",
        "(() => { const a = { link_session_id: 'session-1' }; a.accounts = [a]; return a })()",
    ];
    for source in rows {
        link.call_back(1, "onSuccess", &"public-test-1".into(), &js(source));
        assert_eq!(log.read(), ["session-1"], "{source}");
    }
}
