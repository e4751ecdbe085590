//! Records of an earlier page: a success that was not acknowledged, and a visit to a bank.

use fake_link::{FakeLink, TOKEN, page};
use leptos_plaid_link::{FailureKind, Outcome, Purpose, ResumeError, Stage, UseLinkFlowOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::run_due_tasks;
use crate::scripted_backend::ScriptedBackend;
use crate::use_link_flow::{Flow, IS_LINKED, clear_storage, kept, linked};

const REDIRECT_URI: &str = "https://app.example.com/oauth?oauth_state_id=1b2c";

/// Mounts the page of the redirect URI.
fn back_at(redirect_uri: &str, backend: ScriptedBackend) -> Flow {
    let options = UseLinkFlowOptions::default().received_redirect_uri(redirect_uri);
    Flow::new(backend, options)
}

/// Leaves the page for the bank while Link is open.
async fn leave_for_the_bank() {
    let flow = Flow::open().await;
    assert_eq!(kept(), ["resume.link-test-1"]);
    leave_page(flow);
}

/// Drops a page without its clean-up, as a browser does.
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
    run_due_tasks().await;
    drop(flow);
    assert_eq!(kept().len(), 1);

    let backend = ScriptedBackend::of("ann");
    let flow = Flow::new(backend, UseLinkFlowOptions::default());
    flow.reaches(Stage::Submitting).await;
    run_due_tasks().await;
    let mut requests = flow.backend.requests();
    requests.sort();
    assert_eq!(requests, ["submit public-test-1", "token"]);
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
    run_due_tasks().await;
    assert_eq!(flow.backend.requests(), ["token"]);
}

#[wasm_bindgen_test]
async fn an_unreadable_record_is_dropped() {
    clear_storage();
    page::run(
        "",
        "for (const text of ['', '{', 'null', '[]', '{\"version\":9}'])
           localStorage.setItem('plaid-link.outbox.' + text, text);
         localStorage.setItem('another.outbox.1', '{');",
        &[],
    );
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    page::until("dropped", || kept().is_empty()).await;
    run_due_tasks().await;
    assert_eq!(flow.backend.requests(), ["token"]);
    let others = page::run("", "return localStorage.length", &[]);
    assert_eq!(others.as_f64(), Some(1.0), "other entries stay");
    clear_storage();
}

#[wasm_bindgen_test]
async fn a_success_is_kept_once_the_user_is_known() {
    clear_storage();
    let backend = ScriptedBackend::default();
    let flow = Flow::new(backend, UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    flow.fake.succeed(1);
    run_due_tasks().await;
    assert!(kept().is_empty(), "there is no user yet");
    flow.backend.signs_in("ann");
    page::until("kept", || kept().len() == 1).await;
    run_due_tasks().await;
    let submissions = flow.backend.requests();
    assert_eq!(submissions, ["token", "submit public-test-1"]);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn the_user_is_requested_again_after_a_failure() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
    flow.backend.answers_signed_out();
    flow.backend.refuses_token(FailureKind::SignedOut);
    flow.fails_with(FailureKind::SignedOut).await;
    flow.backend.signs_in("ann");
    flow.backend.grants(TOKEN);
    flow.flow.retry();
    flow.reaches(Stage::Ready).await;
    run_due_tasks().await;
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
        clear_storage();
        let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
        flow.backend.answers_signed_out();
        run_due_tasks().await;
        flow.backend.grants(TOKEN);
        flow.reaches(Stage::Ready).await;
        if is_open {
            flow.flow.open();
            flow.backend.answers_signed_out();
            run_due_tasks().await;
        }
        act(&flow);
        run_due_tasks().await;
        flow.backend.signs_in("ann");
        run_due_tasks().await;
        let is_kept = kept().iter().any(|kept| kept.starts_with(key));
        assert!(is_kept, "{moment}: {:?}", kept());
    }
}

#[wasm_bindgen_test]
async fn an_unmounted_flow_forgets_its_visit() {
    let flow = Flow::open().await;
    drop(flow.mounted);
    assert!(kept().is_empty(), "{:?}", kept());

    // The user is known too late.
    clear_storage();
    let flow = Flow::new(ScriptedBackend::default(), UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    drop(flow.mounted);
    flow.backend.signs_in("ann");
    run_due_tasks().await;
    assert!(kept().is_empty(), "{:?}", kept());
}

#[wasm_bindgen_test]
async fn a_visit_forgets_its_own_record_only() {
    leave_for_the_bank().await;
    let options = UseLinkFlowOptions::default;
    let flow = Flow::new(ScriptedBackend::of("ann"), options());
    flow.backend.grants("link-test-2");
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    assert_eq!(kept().len(), 2);
    flow.fake.leave(1);
    assert_eq!(kept(), ["resume.link-test-1"], "the other visit continues");
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
             // The newest record is between two older ones.
             localStorage.setItem('plaid-link.resume.link-test-2', JSON.stringify(record));
             record.link_token = 'link-test-3';
             record.expires_at -= 2;
             localStorage.setItem('plaid-link.resume.link-test-3', JSON.stringify(record));
             if (is_new) sessionStorage.clear();",
            &[&(tab == "a new").into()],
        );
        let flow = back_at(REDIRECT_URI, ScriptedBackend::of("ann"));
        flow.reaches(Stage::Open).await;
        let expected = format!(r#""token":"{token}""#);
        assert!(flow.fake.calls()[0].contains(&expected), "{tab} tab");
    }
}

#[wasm_bindgen_test]
async fn retry_after_a_failed_return_resumes_the_visit() {
    leave_for_the_bank().await;
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let options = UseLinkFlowOptions::default().received_redirect_uri(REDIRECT_URI);
    let flow = Flow::at(fake, ScriptedBackend::of("ann"), options);
    run_due_tasks().await;
    page::settle(&tag, "error");
    flow.fails_with(FailureKind::ScriptBlocked).await;
    assert_resumes(flow).await;

    for (fail, error) in [
        (
            ScriptedBackend::is_unreachable as fn(&ScriptedBackend),
            ResumeError::Unreachable,
        ),
        (ScriptedBackend::answers_signed_out, ResumeError::SignedOut),
    ] {
        leave_for_the_bank().await;
        let backend = ScriptedBackend::default();
        fail(&backend);
        let flow = back_at(REDIRECT_URI, backend);
        flow.fails_with(FailureKind::Resume(error)).await;
        flow.backend.signs_in("ann");
        assert_resumes(flow).await;
    }
}

async fn assert_resumes(flow: Flow) {
    assert_eq!(kept(), ["resume.link-test-1"]);
    flow.flow.retry();
    flow.reaches(Stage::Open).await;
    let created = &flow.fake.calls()[0];
    assert!(created.contains(r#""token":"link-test-1""#), "{created}");
    assert!(created.contains(REDIRECT_URI), "{created}");
    assert!(flow.backend.requests().is_empty(), "no other token");
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
    let flow = back_at(REDIRECT_URI, ScriptedBackend::of("ann"));
    flow.reaches(Stage::Open).await;
    assert_eq!(
        flow.fake.calls(),
        [
            format!(r#"1 create {{"token":"link-test-1","receivedRedirectUri":"{REDIRECT_URI}"}}"#),
            "1 open".to_owned()
        ]
    );
    assert!(flow.backend.requests().is_empty(), "no other token");
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn a_resumed_handler_is_replaced_after_an_exit() {
    leave_for_the_bank().await;
    let flow = back_at(REDIRECT_URI, ScriptedBackend::of("ann"));
    flow.reaches(Stage::Open).await;
    flow.fake.leave(1);
    assert!(matches!(flow.outcome(), Some(Outcome::Left(_))));
    flow.backend.grants("link-test-2");
    flow.reaches(Stage::Ready).await;
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
    flow.reaches(Stage::Open).await;
    leave_page(flow);

    let flow = back_at(REDIRECT_URI, ScriptedBackend::of("ann"));
    flow.reaches(Stage::Open).await;
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
        (ResumeError::Foreign, REDIRECT_URI, "bob", nothing),
        (ResumeError::Missing, REDIRECT_URI, "ann", clear_storage),
        (ResumeError::Corrupt, REDIRECT_URI, "ann", || {
            page::run(
                "",
                "sessionStorage.clear(); localStorage.setItem('plaid-link.resume.link-test-1', '{')",
                &[],
            );
        }),
        (ResumeError::Expired, REDIRECT_URI, "ann", || {
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
    for (reason, redirect_uri, user, change) in rows {
        leave_for_the_bank().await;
        change();
        let flow = back_at(redirect_uri, ScriptedBackend::of(user));
        flow.fails_with(FailureKind::Resume(reason)).await;
        let is_valid = reason == ResumeError::NoState;
        assert_eq!(!kept().is_empty(), is_valid, "{reason:?}");
        assert!(flow.fake.calls().is_empty(), "{reason:?}");
        flow.backend.grants("link-test-2");
        flow.flow.retry();
        flow.reaches(Stage::Ready).await;
        assert_eq!(
            flow.fake.calls(),
            [r#"1 create {"token":"link-test-2"}"#],
            "{reason:?}"
        );
    }
}

#[wasm_bindgen_test]
async fn without_storage_only_the_return_fails() {
    clear_storage();
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
    flow.reaches(Stage::Open).await;
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    page::run("", "Storage.prototype.setItem = window.keep", &[]);
}
