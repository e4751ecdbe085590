//! The page after Link: its scroll lock, scroll position, focus and dialogs are restored.

use std::cell::RefCell;
use std::rc::Rc;

use fake_link::{CallLog, FakeLink, TOKEN, page};
use plaid_link::{Handler, LinkOptions};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

fn create(link: &FakeLink) -> Handler {
    let options = LinkOptions::new(TOKEN.into());
    link.plaid().create(options).expect("created")
}

fn overflow() -> String {
    let style = page::body().style();
    style.get_property_value("overflow").expect("a property")
}

fn set_overflow(value: &str) {
    let style = page::body().style();
    style.set_property("overflow", value).expect("a property");
}

fn has_focus(element: &HtmlElement) -> bool {
    page::document().active_element().as_ref() == Some(element)
}

type End = fn(&FakeLink, Handler);

/// The ends of a visit.
fn endings() -> [(&'static str, End); 3] {
    [
        ("an exit", |link, _handler| link.leave(1)),
        ("a success", |link, _handler| link.succeed(1)),
        ("a drop while open", |link, handler| {
            drop(handler);
            link.leave(1);
        }),
    ]
}

#[wasm_bindgen_test]
async fn overflow_is_restored() {
    for (ending, end) in endings() {
        for before in ["", "scroll", "hidden"] {
            let link = FakeLink::load().await;
            // A dialog of the host locked the page, and closed before Link opened.
            set_overflow("clip");
            let handler = create(&link);
            set_overflow(before);
            handler.open().expect("opens");
            assert_eq!(overflow(), "hidden");
            end(&link, handler);
            assert_eq!(overflow(), before, "after {ending}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_scroll_position_is_restored() {
    for (ending, end) in endings() {
        let link = FakeLink::load().await;
        let tall = page::add("div");
        tall.style()
            .set_property("height", "9000px")
            .expect("a property");
        page::window().scroll_to_with_x_and_y(0.0, 300.0);
        let scroll = || page::window().scroll_y().expect("a position");
        assert_eq!(scroll(), 300.0);

        let handler = create(&link);
        handler.open().expect("opens");
        assert_eq!(scroll(), 0.0, "the fake scrolls, as removing a frame does");
        end(&link, handler);
        assert_eq!(scroll(), 300.0, "after {ending}");
    }
}

#[wasm_bindgen_test]
async fn overflow_in_one_direction_is_restored() {
    for key in ["overflow-x", "overflow-y"] {
        let link = FakeLink::load().await;
        let handler = create(&link);
        let style = page::body().style();
        style.set_property(key, "scroll").expect("a property");
        handler.open().expect("opens");
        link.leave(1);
        for other in ["overflow-x", "overflow-y"] {
            let expected = if other == key { "scroll" } else { "" };
            let value = style.get_property_value(other).expect("a property");
            assert_eq!(value, expected, "{other} after {key}");
        }
    }
}

#[wasm_bindgen_test]
async fn removing_a_frame_does_not_scroll_the_page() {
    let link = FakeLink::load().await;
    let tall = page::add("div");
    tall.style()
        .set_property("height", "9000px")
        .expect("a property");
    let handler = create(&link);
    let embedded = link
        .plaid()
        .create_embedded(LinkOptions::new(TOKEN.into()), &tall)
        .expect("created");
    page::window().scroll_to_with_x_and_y(0.0, 300.0);
    drop(handler);
    assert_eq!(page::window().scroll_y(), Ok(300.0));
    drop(embedded);
    assert_eq!(page::window().scroll_y(), Ok(300.0));
}

/// Restoring the focus runs the host's focus listeners while Link closes.
#[wasm_bindgen_test]
async fn a_focus_listener_may_call_the_handler() {
    type Listener = fn(&RefCell<Option<Handler>>);
    let rows: [(Listener, &[&str]); 2] = [
        (|slot| drop(slot.take()), &["1 destroy"]),
        (
            |slot| {
                let slot = slot.borrow();
                let handler = slot.as_ref().expect("a handler");
                handler.open().expect("opens again");
            },
            &["1 open"],
        ),
    ];
    for (listener, calls) in rows {
        let link = FakeLink::load().await;
        let button = page::add("button");
        button.focus().expect("focus");
        let slot = Rc::new(RefCell::new(Some(create(&link))));
        let (heard, log) = (slot.clone(), CallLog::default());
        let closes = log.clone();
        let on_focus = Closure::<dyn Fn()>::new(move || listener(&heard));
        let open = |slot: &RefCell<Option<Handler>>| {
            let slot = slot.borrow();
            let handler = slot.as_ref().expect("a handler");
            handler.set_callbacks(log.callbacks("").on_close(move || closes.write("close")));
            handler.open()
        };
        open(&slot).expect("opens");
        link.calls();
        button.set_onfocus(Some(on_focus.as_ref().unchecked_ref()));
        link.leave(1);
        assert_eq!(link.calls(), calls);
        assert_eq!(log.read(), ["exit"], "it is open again, or gone");
        button.set_onfocus(None);
        let is_open = slot.borrow().as_ref().map(Handler::is_open);
        assert_ne!(is_open, Some(false), "{calls:?}");
        drop(slot.take());
    }
}

#[wasm_bindgen_test]
async fn the_focus_is_restored() {
    for (ending, end) in endings() {
        let link = FakeLink::load().await;
        let button = page::add("button");
        button.focus().expect("focus");
        let handler = create(&link);
        handler.open().expect("opens");
        assert!(!has_focus(&button), "Link has it");
        end(&link, handler);
        assert!(has_focus(&button), "after {ending}");
    }
}

#[wasm_bindgen_test]
async fn the_focus_stays_where_the_host_moved_it() {
    let link = FakeLink::load().await;
    let (button, field) = (page::add("button"), page::add("input"));
    button.focus().expect("focus");
    let handler = create(&link);
    handler.open().expect("opens");
    field.focus().expect("focus");
    link.leave(1);
    assert!(has_focus(&field), "the host moved the focus");

    button.focus().expect("focus");
    handler.open().expect("opens");
    button.remove();
    link.leave(1);
    assert!(!has_focus(&button), "a removed element gets no focus");
}

#[wasm_bindgen_test]
async fn a_failed_open_leaves_the_page_unchanged() {
    let link = FakeLink::load().await;
    let button = page::add("button");
    button.focus().expect("focus");
    set_overflow("scroll");
    let handler = create(&link);
    link.refuse("open", &JsValue::from_str("no"));
    handler.open().expect_err("it refuses");
    assert_eq!(overflow(), "scroll");
    assert!(has_focus(&button));
}

#[wasm_bindgen_test]
async fn a_modal_dialog_is_not_modal_while_link_is_open() {
    for (ending, end) in endings() {
        let link = FakeLink::load().await;
        let dialog = page::add("dialog");
        let button = page::run(
            "dialog",
            "dialog.innerHTML = '<input><button>Connect</button>';
             dialog.closes = 0;
             dialog.addEventListener('close', () => dialog.closes += 1);
             dialog.showModal();
             return dialog.lastChild",
            &[&dialog],
        );
        let button: HtmlElement = button.unchecked_into();
        button.focus().expect("focus");
        let is = |state| {
            page::run(
                "dialog, state",
                "return dialog.matches(state)",
                &[&dialog, &JsValue::from_str(state)],
            )
        };

        let handler = create(&link);
        handler.open().expect("opens");
        assert_eq!(is(":modal"), false);
        assert_eq!(is("[open]"), true, "the dialog stays open");
        let reached = page::run(
            "",
            "const frame = document.querySelector(`iframe[title='Plaid Link']`); frame.focus(); return document.activeElement === frame",
            &[],
        );
        assert_eq!(reached, true, "Link is not inert");

        end(&link, handler);
        assert_eq!(is(":modal"), true, "after {ending}");
        assert!(has_focus(&button), "after {ending}");
        page::next_task().await;
        let closes = page::run("dialog", "return dialog.closes", &[&dialog]);
        assert_eq!(closes, 0, "the host gets no close event");
        page::run("dialog", "dialog.close()", &[&dialog]);
        let closes = || page::run("dialog", "return dialog.closes", &[&dialog]);
        page::until("its own end is heard", || closes() == 1).await;
    }
}

#[wasm_bindgen_test]
async fn the_focused_modal_dialog_is_on_top_again() {
    let link = FakeLink::load().await;
    let dialogs = [page::add("dialog"), page::add("dialog")];
    for dialog in dialogs.iter().rev() {
        page::run(
            "dialog",
            "dialog.innerHTML = '<button>Connect</button>'; dialog.showModal()",
            &[dialog],
        );
    }
    let handler = create(&link);
    handler.open().expect("opens");
    link.leave(1);
    let on_top = page::run("", "return document.activeElement.closest('dialog')", &[]);
    assert_eq!(on_top, JsValue::from(&dialogs[0]));
}

#[wasm_bindgen_test]
async fn a_dialog_closed_by_the_host_stays_closed() {
    let link = FakeLink::load().await;
    let dialog = page::add("dialog");
    page::run("dialog", "dialog.showModal()", &[&dialog]);
    let handler = create(&link);
    handler.open().expect("opens");
    page::run("dialog", "dialog.close()", &[&dialog]);
    link.leave(1);
    let is_open = page::run("dialog", "return dialog.open", &[&dialog]);
    assert_eq!(is_open, false);
}

#[wasm_bindgen_test]
async fn open_sets_a_performance_mark() {
    let link = FakeLink::load().await;
    let handler = create(&link);
    let marks = || {
        page::run(
            "",
            "return performance.getEntriesByName('plaid-link-open').length",
            &[],
        )
    };
    let before = marks().as_f64().expect("a number");
    handler.open().expect("opens");
    assert_eq!(marks().as_f64(), Some(before + 1.0));
    link.leave(1);
}
