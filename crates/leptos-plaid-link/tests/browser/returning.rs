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
    assert_eq!(kept(), ["resume.link-test-1"]);
    leave_page(flow);
}

/// A page that is left cleans nothing up.
fn leave_page(flow: Flow) {
    let storages = "[localStorage, sessionStorage]";
    let kept = page::run(
        "",
        &format!("return {storages}.map((kept) => ({{...kept}}))"),
        &[],
    );
    drop(flow);
    let restore = format!("{storages}.forEach((storage, i) => Object.assign(storage, kept[i]))");
    page::run("kept", &restore, &[&kept]);
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
async fn a_success_of_another_user_is_dropped() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    drop(flow);

    let flow = Flow::new(ScriptedBackend::of("bob"), UseLinkFlowOptions::default());
    page::until("dropped", || kept().is_empty()).await;
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"]);
}

#[wasm_bindgen_test]
async fn an_unreadable_record_is_dropped() {
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
async fn a_success_is_kept_once_the_user_is_known() {
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
async fn the_user_is_requested_again_after_a_failure() {
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
    assert_eq!(kept(), ["resume.link-test-1"]);
    flow.fake.succeed(1);
    assert_eq!(kept().len(), 1, "the success is kept");
}

#[wasm_bindgen_test]
async fn an_unknown_user_is_requested_when_a_record_is_kept() {
    type Moment = fn(&Flow);
    let rows: [(&str, bool, Moment, &str); 3] = [
        ("opening", false, |flow| flow.flow.open(), "resume."),
        ("the success", true, |flow| flow.fake.succeed(1), "outbox."),
        (
            "online",
            true,
            |_| {
                drop(page::run(
                    "",
                    "window.dispatchEvent(new Event('online'))",
                    &[],
                ))
            },
            "resume.",
        ),
    ];
    for (moment, is_open, act, key) in rows {
        forget_everything();
        let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
        flow.backend.knows_nobody();
        calm().await;
        flow.backend.grants(TOKEN);
        flow.comes_to(Stage::Ready).await;
        if is_open {
            flow.flow.open();
            flow.backend.knows_nobody();
            calm().await;
        }
        act(&flow);
        calm().await;
        flow.backend.knows("ann");
        calm().await;
        let is_kept = kept().iter().any(|kept| kept.starts_with(key));
        assert!(is_kept, "{moment}: {:?}", kept());
    }
}

#[wasm_bindgen_test]
async fn an_unmounted_flow_forgets_its_visit() {
    let flow = Flow::open().await;
    drop(flow.mounted);
    assert!(kept().is_empty(), "{:?}", kept());

    // Who is signed in is heard of too late.
    forget_everything();
    let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    flow.comes_to(Stage::Ready).await;
    flow.flow.open();
    drop(flow.mounted);
    flow.backend.knows("ann");
    calm().await;
    assert!(kept().is_empty(), "{:?}", kept());
}

#[wasm_bindgen_test]
async fn a_visit_forgets_its_own_record_only() {
    leave_for_the_bank().await;
    let options = UseLinkFlowOptions::default;
    let flow = Flow::new(ScriptedBackend::of("ann"), options());
    flow.backend.grants("link-test-2");
    flow.comes_to(Stage::Ready).await;
    flow.flow.open();
    assert_eq!(kept().len(), 2);
    flow.fake.leave(1);
    assert_eq!(
        kept(),
        ["resume.link-test-1"],
        "the other is at the bank still"
    );
}

#[wasm_bindgen_test]
async fn a_tab_resumes_its_own_visit_or_else_the_newest() {
    for (tab, token) in [("this", "link-test-1"), ("a new", "link-test-2")] {
        leave_for_the_bank().await;
        page::run(
            "is_new",
            "const key = 'plaid-link.resume.link-test-1';
             const record = JSON.parse(localStorage.getItem(key));
             record.link_token = 'link-test-2';
             record.expires_at += 1;
             // Between two that are older.
             localStorage.setItem('plaid-link.resume.link-test-2', JSON.stringify(record));
             record.link_token = 'link-test-3';
             record.expires_at -= 2;
             localStorage.setItem('plaid-link.resume.link-test-3', JSON.stringify(record));
             if (is_new) sessionStorage.clear();",
            &[&(tab == "a new").into()],
        );
        let flow = back_at(ADDRESS, ScriptedBackend::of("ann"));
        flow.comes_to(Stage::Open).await;
        let expected = format!(r#""token":"{token}""#);
        assert!(flow.fake.calls()[0].contains(&expected), "{tab} tab");
    }
}

#[wasm_bindgen_test]
async fn retry_after_a_failed_return_resumes_the_visit() {
    leave_for_the_bank().await;
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let options = UseLinkFlowOptions::default().received_redirect_uri(ADDRESS);
    let flow = Flow::at(fake, ScriptedBackend::of("ann"), options);
    calm().await;
    page::settle(&tag, "error");
    flow.fails_with(FailureKind::ScriptBlocked).await;
    goes_on(flow).await;

    for (does_not_say_who_is_there, error) in [
        (
            ScriptedBackend::cannot_be_reached as fn(&ScriptedBackend),
            ResumeError::Unreachable,
        ),
        (ScriptedBackend::knows_nobody, ResumeError::SignedOut),
    ] {
        leave_for_the_bank().await;
        let backend = ScriptedBackend::default();
        does_not_say_who_is_there(&backend);
        let flow = back_at(ADDRESS, backend);
        flow.fails_with(FailureKind::Resume(error)).await;
        flow.backend.knows("ann");
        goes_on(flow).await;
    }
}

async fn goes_on(flow: Flow) {
    assert_eq!(kept(), ["resume.link-test-1"]);
    flow.flow.retry();
    flow.comes_to(Stage::Open).await;
    let created = &flow.fake.calls()[0];
    assert!(created.contains(r#""token":"link-test-1""#), "{created}");
    assert!(created.contains(ADDRESS), "{created}");
    assert!(flow.backend.asked().is_empty(), "no other token");
}

#[wasm_bindgen_test]
async fn an_expired_success_is_reported_as_lost() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    drop(flow);
    page::run(
        "",
        "const key = Object.keys(localStorage).find((key) => key.startsWith('plaid-link.outbox.'));
         const record = JSON.parse(localStorage.getItem(key));
         record.succeeded_at -= 30 * 60 * 1000;
         localStorage.setItem(key, JSON.stringify(record));",
        &[],
    );
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    flow.fails_with(FailureKind::PublicTokenInvalid).await;
    assert!(matches!(flow.outcome(), Some(Outcome::Lost(_))));
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn link_resumes_with_the_same_token() {
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
async fn a_resumed_handler_is_replaced_after_an_exit() {
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
async fn the_purpose_is_restored_after_the_bank() {
    let flow = Flow::ready().await;
    flow.flow.change(Purpose::Update {
        item_id: "item-7".into(),
        account_selection: true,
    });
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.comes_to(Stage::Open).await;
    leave_page(flow);

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
async fn a_return_that_cannot_resume_starts_again() {
    let no_state = "https://app.example.com/oauth?error=access_denied";
    type Change = fn();
    let nothing: Change = || {};
    let rows = [
        (ResumeError::NoState, no_state, "ann", nothing),
        (ResumeError::Foreign, ADDRESS, "bob", nothing),
        (ResumeError::Missing, ADDRESS, "ann", forget_everything),
        (ResumeError::Corrupt, ADDRESS, "ann", || {
            page::run(
                "",
                "sessionStorage.clear(); localStorage.setItem('plaid-link.resume.link-test-1', '{')",
                &[],
            );
        }),
        (ResumeError::Expired, ADDRESS, "ann", || {
            page::run(
                "",
                "sessionStorage.clear();
                 const key = 'plaid-link.resume.link-test-1';
                 const record = JSON.parse(localStorage.getItem(key));
                 record.expires_at = Date.now() - 1;
                 localStorage.setItem(key, JSON.stringify(record));",
                &[],
            );
        }),
    ];
    for (reason, address, user, change) in rows {
        leave_for_the_bank().await;
        change();
        let flow = back_at(address, ScriptedBackend::of(user));
        flow.fails_with(FailureKind::Resume(reason)).await;
        let is_of_use = reason == ResumeError::NoState;
        assert_eq!(!kept().is_empty(), is_of_use, "{reason:?}");
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
async fn without_storage_only_the_return_fails() {
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
