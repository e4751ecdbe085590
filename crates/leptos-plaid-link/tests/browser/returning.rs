//! What an earlier page left behind: a success that nobody acknowledged, a visit to a bank.

use fake_link::{FakeLink, TOKEN, page};
use leptos_plaid_link::{FailureKind, Outcome, Purpose, ResumeError, Stage, UseLinkFlowOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::calm;
use crate::scripted_backend::ScriptedBackend;
use crate::use_link_flow::{Flow, IS_LINKED, forget_everything, kept, linked};

const ADDRESS: &str = "https://app.example.com/oauth?oauth_state_id=1b2c";

/// The page of the redirect URI.
fn back_at(address: &str, backend: ScriptedBackend) -> Flow {
    let options = UseLinkFlowOptions::default().received_redirect_uri(address);
    Flow::new(backend, options)
}

/// Leaves for the bank: the page goes while Link is open.
async fn leave_for_the_bank() {
    let flow = Flow::open().await;
    assert_eq!(kept(), ["resume"]);
    // A page that is left cleans nothing up.
    std::mem::forget(flow.mounted);
}

#[wasm_bindgen_test]
async fn a_success_is_submitted_by_the_next_page() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    calm().await;
    drop(flow);
    assert_eq!(kept().len(), 1);

    let backend = ScriptedBackend::of("ann");
    let flow = Flow::new(backend, UseLinkFlowOptions::default());
    flow.comes_to(Stage::Submitting).await;
    calm().await;
    let mut asked = flow.backend.asked();
    asked.sort();
    assert_eq!(asked, ["submit public-test-1", "token"]);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn anothers_success_is_dropped() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    drop(flow);

    let flow = Flow::new(ScriptedBackend::of("bob"), UseLinkFlowOptions::default());
    page::until("dropped", || kept().is_empty()).await;
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"]);
}

#[wasm_bindgen_test]
async fn what_cannot_be_read_is_dropped() {
    forget_everything();
    page::run(
        "",
        "for (const text of ['', '{', 'null', '[]', '{\"version\":9}'])
           localStorage.setItem('plaid-link.outbox.' + text, text);
         localStorage.setItem('another.outbox.1', '{');",
        &[],
    );
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    page::until("dropped", || kept().is_empty()).await;
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"]);
    let others = page::run("", "return localStorage.length", &[]);
    assert_eq!(
        others.as_f64(),
        Some(1.0),
        "another's entries are not touched"
    );
    forget_everything();
}

#[wasm_bindgen_test]
async fn a_success_is_kept_however_late_the_user_is_known() {
    forget_everything();
    let backend = ScriptedBackend::default();
    let flow = Flow::new(backend, UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    flow.comes_to(Stage::Ready).await;
    flow.flow.open();
    flow.fake.succeed(1);
    calm().await;
    assert!(kept().is_empty(), "whose would it be?");
    flow.backend.knows("ann");
    page::until("kept", || kept().len() == 1).await;
    calm().await;
    let submissions = flow.backend.asked();
    assert_eq!(submissions, ["token", "submit public-test-1"]);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn a_user_whom_the_backend_did_not_know_at_first_is_asked_for_again() {
    forget_everything();
    let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
    flow.backend.knows_nobody();
    flow.backend.grants_nothing(FailureKind::SignedOut);
    flow.fails_with(FailureKind::SignedOut).await;
    flow.backend.knows("ann");
    flow.backend.grants(TOKEN);
    flow.flow.retry();
    flow.comes_to(Stage::Ready).await;
    calm().await;
    flow.flow.open();
    assert_eq!(kept(), ["resume"]);
    flow.fake.succeed(1);
    assert_eq!(kept().len(), 1, "the success is kept");
}

#[wasm_bindgen_test]
async fn link_goes_on_after_the_bank_with_the_token_of_before() {
    leave_for_the_bank().await;
    let flow = back_at(ADDRESS, ScriptedBackend::of("ann"));
    flow.comes_to(Stage::Open).await;
    assert_eq!(
        flow.fake.calls(),
        [
            format!(r#"1 create {{"token":"link-test-1","receivedRedirectUri":"{ADDRESS}"}}"#),
            "1 open".to_owned()
        ]
    );
    assert!(flow.backend.asked().is_empty(), "no other token");
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn a_handler_that_came_back_is_replaced_after_an_exit() {
    leave_for_the_bank().await;
    let flow = back_at(ADDRESS, ScriptedBackend::of("ann"));
    flow.comes_to(Stage::Open).await;
    flow.fake.leave(1);
    assert!(matches!(flow.outcome(), Some(Outcome::Left(_))));
    flow.backend.grants("link-test-2");
    flow.comes_to(Stage::Ready).await;
    assert_eq!(
        flow.fake.calls()[2..],
        ["1 destroy", r#"2 create {"token":"link-test-2"}"#]
    );
}

#[wasm_bindgen_test]
async fn what_a_visit_was_for_is_known_after_the_bank() {
    let flow = Flow::ready().await;
    flow.flow.change(Purpose::Update {
        item_id: "item-7".into(),
        account_selection: true,
    });
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.comes_to(Stage::Open).await;
    std::mem::forget(flow.mounted);
    drop(flow.fake);

    let flow = back_at(ADDRESS, ScriptedBackend::of("ann"));
    flow.comes_to(Stage::Open).await;
    flow.fake.leave(1);
    let Some(Outcome::Left(exit)) = flow.outcome() else {
        panic!("the user left");
    };
    assert_eq!(
        exit.purpose,
        Purpose::Update {
            item_id: "item-7".into(),
            account_selection: true,
        }
    );
}

#[wasm_bindgen_test]
async fn where_link_cannot_go_on_it_begins_anew() {
    let no_state = "https://app.example.com/oauth?error=access_denied";
    type Change = fn();
    let nothing: Change = || {};
    let rows = [
        (ResumeError::NoState, no_state, "ann", nothing),
        (ResumeError::Foreign, ADDRESS, "bob", nothing),
        (ResumeError::SignedOut, ADDRESS, "", nothing),
        (ResumeError::Missing, ADDRESS, "ann", forget_everything),
        (ResumeError::Corrupt, ADDRESS, "ann", || {
            page::run("", "localStorage.setItem('plaid-link.resume', '{')", &[]);
        }),
        (ResumeError::Expired, ADDRESS, "ann", || {
            page::run(
                "",
                "const record = JSON.parse(localStorage.getItem('plaid-link.resume'));
                 record.expires_at = Date.now() - 1;
                 localStorage.setItem('plaid-link.resume', JSON.stringify(record));",
                &[],
            );
        }),
    ];
    for (reason, address, user, change) in rows {
        leave_for_the_bank().await;
        change();
        let backend = ScriptedBackend::default();
        if user.is_empty() {
            backend.knows_nobody();
        } else {
            backend.knows(user);
        }
        let flow = back_at(address, backend);
        flow.fails_with(FailureKind::Resume(reason)).await;
        assert!(kept().is_empty(), "{reason:?}");
        assert!(flow.fake.calls().is_empty(), "{reason:?}");
        flow.backend.grants("link-test-2");
        flow.flow.retry();
        flow.comes_to(Stage::Ready).await;
        assert_eq!(
            flow.fake.calls(),
            [r#"1 create {"token":"link-test-2"}"#],
            "{reason:?}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_browser_that_keeps_nothing_costs_nothing_but_the_way_back() {
    forget_everything();
    page::run(
        "",
        "window.keep = Storage.prototype.setItem;
         Storage.prototype.setItem = () => { throw new Error('full') };",
        &[],
    );
    let flow = Flow::at(
        FakeLink::offer(),
        ScriptedBackend::of("ann"),
        UseLinkFlowOptions::default(),
    );
    flow.backend.grants(TOKEN);
    flow.flow.open();
    flow.comes_to(Stage::Open).await;
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    page::run("", "Storage.prototype.setItem = window.keep", &[]);
}
