//! The embedded search.

use fake_link::{CallLog, FakeLink, TOKEN, page};
use plaid_link::{EmbeddedHandler, Error, LinkOptions};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn the_search_fills_the_element_until_it_is_dropped() {
    let link = FakeLink::load().await;
    let element = page::add("div");
    let options = LinkOptions::new(TOKEN.into());
    let embedded = link
        .plaid()
        .create_embedded(options, &element)
        .expect("created");
    assert_eq!(
        link.calls(),
        [r#"1 createEmbedded {"token":"link-test-1"}"#]
    );
    assert_eq!(element.child_element_count(), 1);
    drop(embedded);
    assert_eq!(link.calls(), ["1 destroy"]);
    assert_eq!(element.child_element_count(), 0);
}

#[wasm_bindgen_test]
async fn set_callbacks_does_not_rebuild_the_search() {
    let link = FakeLink::load().await;
    let element = page::add("div");
    let (old, new) = (CallLog::default(), CallLog::default());
    let options = LinkOptions::new(TOKEN.into()).callbacks(old.callbacks(""));
    let embedded = link
        .plaid()
        .create_embedded(options, &element)
        .expect("created");
    link.emit(1, "OPEN");
    assert_eq!(old.read(), ["event"]);
    link.calls();

    embedded.set_callbacks(new.callbacks(""));
    link.emit(1, "SELECT_INSTITUTION");
    link.succeed(1);
    link.leave(1);
    assert_eq!(new.read(), ["event", "success", "exit"]);
    assert!(old.read().is_empty());
    assert_eq!(old.holders(), 1);
    assert!(link.calls().is_empty());
}

#[wasm_bindgen_test]
async fn a_dropped_search_is_silent_even_while_it_is_destroyed() {
    for callback in ["onEvent", "onExit", "onSuccess"] {
        let link = FakeLink::load().await;
        let element = page::add("div");
        let log = CallLog::default();
        let options = LinkOptions::new(TOKEN.into()).callbacks(log.callbacks(""));
        let embedded = link
            .plaid()
            .create_embedded(options, &element)
            .expect("created");
        link.call_back_at_once(callback);
        link.calls();
        drop(embedded);
        assert_eq!(link.calls(), ["1 destroy"], "{callback}");
        link.emit(1, "EXIT");
        assert!(log.read().is_empty(), "{callback}");
        assert_eq!(log.holders(), 1);
    }
}

fn embed(link: &FakeLink) -> EmbeddedHandler {
    let element = page::add("div");
    let options = LinkOptions::new(TOKEN.into());
    let embedded = link.plaid().create_embedded(options, &element);
    embedded.expect("created")
}

#[wasm_bindgen_test]
async fn drop_while_open_destroys_once_link_has_closed() {
    for end in [FakeLink::leave, FakeLink::succeed] {
        let link = FakeLink::load().await;
        let embedded = embed(&link);
        link.emit(1, "OPEN");
        link.calls();
        drop(embedded);
        assert_eq!(link.frames(), 1, "Link refuses to be destroyed while open");
        end(&link, 1);
        assert_eq!(link.calls(), ["1 destroy"]);
        assert_eq!(link.frames(), 0);
    }
}

#[wasm_bindgen_test]
async fn no_handler_opens_link_while_the_search_has_it_open() {
    let link = FakeLink::load().await;
    let _embedded = embed(&link);
    let options = LinkOptions::new(TOKEN.into());
    let handler = link.plaid().create(options).expect("created");
    link.emit(1, "OPEN");
    assert_eq!(handler.open(), Err(Error::StillOpen));
    link.leave(1);
    assert_eq!(handler.open(), Ok(()));
}

#[wasm_bindgen_test]
async fn link_is_reachable_over_a_modal_dialog_with_the_search() {
    let link = FakeLink::load().await;
    let dialog = page::add("dialog");
    page::run("dialog", "dialog.showModal()", &[&dialog]);
    let is_modal = || page::run("dialog", "return dialog.matches(':modal')", &[&dialog]);
    let _embedded = embed(&link);
    link.emit(1, "OPEN");
    assert_eq!(is_modal(), false);
    link.leave(1);
    assert_eq!(is_modal(), true);
    let style = page::body().style();
    assert_eq!(
        style.get_property_value("overflow"),
        Ok(String::new()),
        "the scroll lock was Link's"
    );
}
