//! Memory and frames after a thousand visits.

use fake_link::{CallLog, FakeLink, Footprint, Listeners, TOKEN};
use plaid_link::LinkOptions;
use wasm_bindgen_test::wasm_bindgen_test;

/// Creates, opens, exits and drops a handler. Every other one is dropped while it is open.
fn visit(link: &FakeLink, log: &CallLog, number: u32) {
    let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(""));
    let handler = link.plaid().create(options).expect("created");
    handler.open().expect("opens");
    link.emit(number, "OPEN");
    if number.is_multiple_of(2) {
        link.leave(number);
        drop(handler);
    } else {
        drop(handler);
        link.leave(number);
    }
    link.calls();
    link.forget(number);
    log.read();
}

#[wasm_bindgen_test]
async fn a_thousand_visits_leak_nothing() {
    let link = FakeLink::load().await;
    let log = CallLog::default();
    (1..=100).for_each(|number| visit(&link, &log, number));
    let before = Footprint::measure().await;
    let listeners = Listeners::count();
    (101..=1_100).for_each(|number| visit(&link, &log, number));
    assert_eq!(listeners.left(), 0.0);
    before.is_restored().await;
}
