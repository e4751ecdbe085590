//! The hook `use_link_flow` over a scripted backend.

use fake_link::{CallLog, FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::{
    FailureKind, Outcome, Purpose, ResumeError, Stage, Submitted, UseLinkFlowOptions,
    UseLinkFlowReturn, use_link_flow,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, hook, run_due_tasks};
use crate::scripted_backend::ScriptedBackend;

/// A mounted flow, with its fake Link and its backend.
pub(crate) struct Flow {
    pub(crate) fake: FakeLink,
    pub(crate) backend: ScriptedBackend,
    pub(crate) flow: UseLinkFlowReturn,
    pub(crate) mounted: Mounted,
}

impl Flow {
    pub(crate) fn new(backend: ScriptedBackend, options: UseLinkFlowOptions) -> Self {
        Self::at(FakeLink::offer(), backend, options)
    }

    pub(crate) fn at(
        fake: FakeLink,
        backend: ScriptedBackend,
        options: UseLinkFlowOptions,
    ) -> Self {
        let (shared, load) = (backend.clone(), fake.options.clone());
        let (flow, mounted) = hook(move || use_link_flow(shared, options.load(load)));
        Self {
            fake,
            backend,
            flow,
            mounted,
        }
    }

    /// Mounts a flow that is ready to open. Its requests and calls are read already.
    pub(crate) async fn ready() -> Self {
        clear_storage();
        let flow = Self::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
        flow.backend.grants(TOKEN);
        flow.reaches(Stage::Ready).await;
        flow.backend.requests();
        flow.fake.calls();
        flow
    }

    pub(crate) async fn open() -> Self {
        let flow = Self::ready().await;
        flow.flow.open();
        assert_eq!(flow.fake.calls(), ["1 open"]);
        flow
    }

    pub(crate) fn stage(&self) -> Stage {
        self.flow.stage.get_untracked()
    }

    pub(crate) async fn reaches(&self, stage: Stage) {
        page::until(&format!("{stage:?}"), || self.stage() == stage).await;
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.flow.outcome.get_untracked()
    }

    pub(crate) async fn ends_with(&self, outcome: Outcome) {
        page::until(&format!("{outcome:?}"), || {
            self.outcome().as_ref() == Some(&outcome)
        })
        .await;
    }

    pub(crate) fn failure(&self) -> Option<FailureKind> {
        let failure = self.flow.failure.get_untracked();
        failure.map(|failure| failure.kind)
    }

    pub(crate) async fn fails_with(&self, kind: FailureKind) {
        page::until(&format!("{kind:?}"), || self.failure() == Some(kind)).await;
    }
}

/// Returns the keys of the records in the browser.
pub(crate) fn kept() -> Vec<String> {
    let storage = page::window().local_storage();
    let storage = storage.expect("storage").expect("storage");
    (0..storage.length().expect("a length"))
        .filter_map(|index| storage.key(index).ok()?)
        .filter(|key| key.starts_with("plaid-link."))
        .map(|key| key.replace("plaid-link.", ""))
        .collect()
}

pub(crate) fn clear_storage() {
    page::run("", "localStorage.clear(); sessionStorage.clear()", &[]);
}

pub(crate) fn linked() -> Submitted {
    Submitted::Linked("item-1".into())
}

pub(crate) const IS_LINKED: fn() -> Outcome = || Outcome::Linked("item-1".into());

fn preparing() -> Stage {
    Stage::Preparing {
        open_when_ready: false,
    }
}

#[wasm_bindgen_test]
async fn a_visit_ends_with_an_item() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    assert_eq!(flow.stage(), preparing());
    run_due_tasks().await;
    assert_eq!(flow.backend.requests(), ["token"]);
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Ready).await;
    assert_eq!(flow.fake.calls(), [r#"1 create {"token":"link-test-1"}"#]);
    assert!(kept().is_empty());

    flow.flow.open();
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.fake.calls(), ["1 open"]);
    assert_eq!(kept(), ["resume.link-test-1"]);

    flow.fake.succeed(1);
    assert_eq!(flow.stage(), Stage::Submitting);
    assert_eq!(kept().len(), 1, "the success is kept, the visit is not");
    run_due_tasks().await;
    assert_eq!(flow.backend.requests(), ["submit public-test-1"]);
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
    run_due_tasks().await;
    assert_eq!(
        flow.backend.requests(),
        ["token"],
        "a token for the next visit"
    );
    assert_eq!(flow.stage(), preparing());

    flow.flow.dismiss();
    assert_eq!(flow.outcome(), None);
}

#[wasm_bindgen_test]
async fn an_early_click_opens_link_once_it_is_ready() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    flow.flow.open();
    flow.flow.open();
    assert_eq!(
        flow.stage(),
        Stage::Preparing {
            open_when_ready: true
        }
    );
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Open).await;
    assert_eq!(flow.backend.requests(), ["token"]);
    assert_eq!(flow.fake.calls()[1..], ["1 open"]);
}

#[wasm_bindgen_test]
async fn nothing_is_prepared_when_prepare_is_off() {
    clear_storage();
    let options = UseLinkFlowOptions::default().prepare(false);
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    run_due_tasks().await;
    assert_eq!(flow.stage(), Stage::Idle);
    assert!(flow.backend.requests().is_empty());
    flow.backend.grants(TOKEN);
    flow.flow.open();
    flow.reaches(Stage::Open).await;
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert_eq!(flow.stage(), Stage::Idle);
}

#[wasm_bindgen_test]
async fn a_sign_out_removes_what_is_kept_for_the_user() {
    let flow = Flow::open().await;
    let others = r#"localStorage.setItem("plaid-link.outbox.bobs", JSON.stringify({ user: "bob" }));
        localStorage.setItem("plaid-link.outbox.anns", JSON.stringify({ user: "ann" }));
        localStorage.setItem("anns", JSON.stringify({ user: "ann" }))"#;
    page::run("", others, &[]);
    flow.flow.sign_out();
    assert_eq!(kept(), ["outbox.bobs"]);
    let anns = page::run(
        "",
        "return localStorage.length + sessionStorage.length",
        &[],
    );
    assert_eq!(anns.as_f64(), Some(2.0), "records of the app stay");
    assert_eq!(flow.fake.frames(), 1, "Link closes, and then goes");
    flow.fake.succeed(1);
    assert_eq!(kept(), ["outbox.bobs"]);
    assert_eq!(flow.fake.frames(), 0);
    clear_storage();
}

#[wasm_bindgen_test]
async fn retry_submits_again() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend
        .fails_submission(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    assert!(matches!(flow.stage(), Stage::Unsent(_)));
    assert_eq!(kept().len(), 1);
    assert_eq!(flow.backend.requests(), ["submit public-test-1"]);

    flow.flow.retry();
    assert_eq!(flow.stage(), Stage::Submitting);
    assert_eq!(flow.failure(), None);
    flow.backend.fails_submission(FailureKind::PlaidUnavailable);
    flow.fails_with(FailureKind::PlaidUnavailable).await;

    page::run("", "window.dispatchEvent(new Event('online'))", &[]);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert_eq!(
        flow.backend.requests()[..2],
        ["submit public-test-1", "submit public-test-1"]
    );
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn a_failed_submission_is_retried_by_timer() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend
        .fails_submission(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
}

#[wasm_bindgen_test]
async fn an_invalid_success_is_lost_and_the_next_is_submitted() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend
        .fails_submission(FailureKind::PublicTokenInvalid);
    page::until("lost", || matches!(flow.outcome(), Some(Outcome::Lost(_)))).await;
    assert_eq!(flow.failure(), Some(FailureKind::PublicTokenInvalid));
    assert!(kept().is_empty());
    flow.backend.grants("link-test-2");
    flow.reaches(Stage::Ready).await;
    assert_eq!(
        flow.failure(),
        Some(FailureKind::PublicTokenInvalid),
        "the failure is shown until the next visit"
    );
    flow.flow.retry();
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.outcome(), None, "the next visit clears it");
    assert_eq!(flow.failure(), None);
}

#[wasm_bindgen_test]
async fn successes_without_a_session_are_kept_separately() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.reaches(Stage::Open).await;
    let token = "public-test-2";
    flow.fake
        .call_back(2, "onSuccess", &token.into(), &js("{}"));
    assert_eq!(kept().len(), 2);
    assert!(
        kept().iter().all(|key| !key.contains("public")),
        "{:?}",
        kept()
    );
}

#[wasm_bindgen_test]
async fn after_an_exit_the_same_handler_opens_again() {
    let flow = Flow::open().await;
    let error = js("{ error_type: 'ITEM_ERROR', error_code: 'INVALID_CREDENTIALS' }");
    flow.fake.call_back(
        1,
        "onExit",
        &error,
        &js("{ status: 'requires_credentials' }"),
    );
    let Some(Outcome::Left(exit)) = flow.outcome() else {
        panic!("the user left");
    };
    assert_eq!(exit.error_code(), Some("INVALID_CREDENTIALS"));
    assert_eq!(flow.stage(), Stage::Ready);
    assert!(kept().is_empty());
    flow.flow.open();
    assert_eq!(flow.fake.calls(), ["1 open"]);
    assert!(flow.backend.requests().is_empty());
}

#[wasm_bindgen_test]
async fn host_calls_during_a_step_are_queued() {
    let flow = Flow::open().await;
    let driven = flow.flow;
    let (_, _watching) = hook(move || {
        // Runs at once, before the step sets the outcome.
        ImmediateEffect::new_scoped(move || {
            if driven.stage.get() == Stage::Ready {
                driven.open();
            }
        });
    });
    flow.fake.leave(1);
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.outcome(), None, "the next visit clears it");
}

#[wasm_bindgen_test]
async fn closing_asks_link() {
    let flow = Flow::open().await;
    flow.flow.close(false);
    flow.flow.close(true);
    assert_eq!(
        flow.fake.calls(),
        [r#"1 exit {"force":false}"#, r#"1 exit {"force":true}"#]
    );
    assert_eq!(flow.stage(), Stage::Open, "until Link reports the exit");
}

#[wasm_bindgen_test]
async fn a_failed_script_is_loaded_again() {
    clear_storage();
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let backend = ScriptedBackend::of("ann");
    backend.grants(TOKEN);
    let flow = Flow::at(fake, backend, UseLinkFlowOptions::default());
    flow.flow.open();
    run_due_tasks().await;
    page::settle(&tag, "error");
    flow.fails_with(FailureKind::ScriptBlocked).await;
    assert!(matches!(flow.stage(), Stage::Failed(_)));
    flow.backend.grants("link-test-2");
    flow.flow.retry();
    flow.reaches(Stage::Open).await;
    assert_eq!(
        flow.fake.calls(),
        [r#"1 create {"token":"link-test-2"}"#, "1 open"],
        "the click is kept"
    );
}

#[wasm_bindgen_test]
async fn a_blocked_frame_is_loaded_again() {
    let flow = Flow::ready().await;
    flow.fake.block_frames(true);
    page::hasten_timer(15_000);
    flow.flow.open();
    flow.fails_with(FailureKind::ScriptBlocked).await;
    assert_eq!(flow.fake.frames(), 0);
    assert!(kept().is_empty());

    flow.fake.block_frames(false);
    flow.backend.grants("link-test-2");
    flow.flow.retry();
    flow.reaches(Stage::Open).await;
    assert_eq!(flow.fake.frames(), 1);
    assert_eq!(flow.failure(), None);
}

#[wasm_bindgen_test]
async fn a_frame_that_calls_back_is_not_blocked() {
    for callback in ["onLoad", "onEvent"] {
        let flow = Flow::ready().await;
        page::hasten_timer(15_000);
        flow.flow.open();
        flow.fake.call_back(1, callback, &"OPEN".into(), &js("{}"));
        run_due_tasks().await;
        assert_eq!(flow.stage(), Stage::Open, "{callback}");
    }
}

#[wasm_bindgen_test]
async fn retry_after_a_refusal_creates_another_handler() {
    for method in ["create", "open"] {
        clear_storage();
        let fake = FakeLink::load().await;
        fake.refuse(method, &js("new Error('no')"));
        let backend = ScriptedBackend::of("ann");
        backend.grants(TOKEN);
        let flow = Flow::at(fake, backend, UseLinkFlowOptions::default());
        flow.flow.open();
        flow.fails_with(FailureKind::LinkRefused).await;
        flow.fake.accept(method);
        flow.backend.grants("link-test-2");
        flow.flow.retry();
        flow.reaches(Stage::Open).await;
        assert_eq!(flow.fake.frames(), 1, "{method}");
    }
}

#[wasm_bindgen_test]
async fn retry_after_a_backend_failure_fetches_again() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    flow.backend.refuses_token(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.grants(TOKEN);
    flow.flow.retry();
    flow.reaches(Stage::Ready).await;
}

#[wasm_bindgen_test]
async fn an_expired_token_is_replaced_before_the_click() {
    clear_storage();
    // The timer of four hours fires at once.
    page::run(
        "",
        "const real = window.setTimeout;
         window.setTimeout = (f, delay) => {
           if (delay < 1e7) return real(f, delay);
           window.setTimeout = real;
           return real(f, 0);
         };",
        &[],
    );
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    flow.backend.grants(TOKEN);
    let is_expired = || flow.fake.frames() == 1 && flow.stage() == preparing();
    page::until("the expiry", is_expired).await;
    flow.backend.grants("link-test-2");
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    assert_eq!(
        flow.fake.calls()[1..],
        ["1 destroy", r#"2 create {"token":"link-test-2"}"#, "2 open"]
    );
    assert!(flow.failure().is_none());
}

#[wasm_bindgen_test]
async fn expired_grants_are_replaced_at_most_twice() {
    clear_storage();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    for _ in 0..3 {
        flow.backend.grants_for(TOKEN, 0);
    }
    flow.fails_with(FailureKind::TokensRefused).await;
    assert_eq!(flow.backend.requests().len(), 3);
    assert!(flow.fake.calls().is_empty());
}

#[wasm_bindgen_test]
async fn events_after_a_success_reach_the_host() {
    clear_storage();
    let log = CallLog::default();
    let heard = log.clone();
    let options = UseLinkFlowOptions::default().on_event(move |name, _| heard.write(name.as_str()));
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    flow.fake.succeed(1);
    flow.fake.emit(1, "HANDOFF");
    run_due_tasks().await;
    flow.fake.emit(1, "TRANSITION_VIEW");
    assert_eq!(log.read(), ["HANDOFF", "TRANSITION_VIEW"]);
    flow.backend.acknowledges(linked());
    flow.backend.grants("link-test-2");
    let is_replaced = || flow.fake.calls().iter().any(|call| call == "1 destroy");
    page::until("the next handler", is_replaced).await;
    assert_eq!(flow.fake.frames(), 1, "the first frame is removed");
}

#[wasm_bindgen_test]
async fn a_silent_backend_fails_after_the_deadline() {
    let impatient = || UseLinkFlowOptions::default().deadline_seconds(0);
    clear_storage();
    let flow = Flow::new(ScriptedBackend::of("ann"), impatient());
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.grants(TOKEN);
    run_due_tasks().await;
    assert!(
        matches!(flow.stage(), Stage::Failed(_)),
        "a late answer is ignored"
    );
    flow.backend.grants("link-test-2");
    flow.flow.retry();
    flow.reaches(Stage::Ready).await;

    flow.flow.open();
    flow.fake.succeed(1);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    assert!(matches!(flow.stage(), Stage::Unsent(_)));
    assert_eq!(kept().len(), 1);

    let redirect_uri = "https://app.example.com/oauth?oauth_state_id=1";
    let options = impatient().received_redirect_uri(redirect_uri);
    let flow = Flow::new(ScriptedBackend::default(), options);
    let unreachable = FailureKind::Resume(ResumeError::Unreachable);
    flow.fails_with(unreachable).await;
}

#[wasm_bindgen_test]
async fn a_token_that_expires_while_link_is_open_is_replaced() {
    let flow = Flow::open().await;
    let error = js("{ error_type: 'INVALID_INPUT', error_code: 'INVALID_LINK_TOKEN' }");
    flow.fake.call_back(1, "onExit", &error, &js("{}"));
    flow.backend.grants("link-test-2");
    flow.reaches(Stage::Ready).await;
    flow.flow.open();
    assert_eq!(
        flow.fake.calls(),
        ["1 destroy", r#"2 create {"token":"link-test-2"}"#, "2 open"]
    );
}

#[wasm_bindgen_test]
async fn a_repair_exchanges_nothing() {
    let flow = Flow::ready().await;
    flow.backend.grants("link-test-2");
    flow.flow.change(Purpose::Update {
        item_id: "item-7".into(),
        account_selection: false,
    });
    flow.flow.open();
    flow.reaches(Stage::Open).await;
    assert_eq!(flow.backend.requests(), ["token to repair item-7"]);
    flow.fake.succeed(2);
    flow.backend
        .acknowledges(Submitted::Repaired("item-7".into()));
    flow.ends_with(Outcome::Repaired("item-7".into())).await;
}

#[wasm_bindgen_test]
async fn a_duplicate_is_reported() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend
        .acknowledges(Submitted::Duplicate("item-7".into()));
    flow.ends_with(Outcome::Duplicate("item-7".into())).await;
}

#[wasm_bindgen_test]
async fn a_second_success_is_submitted_at_once() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.reaches(Stage::Open).await;
    flow.fake.call_back(
        2,
        "onSuccess",
        &"public-test-2".into(),
        &js("{ link_session_id: 'two' }"),
    );
    run_due_tasks().await;
    let submissions: Vec<_> = flow
        .backend
        .requests()
        .into_iter()
        .filter(|request| request.starts_with("submit"))
        .collect();
    assert_eq!(
        submissions,
        ["submit public-test-1", "submit public-test-2"]
    );
    assert_eq!(kept().len(), 2);
    flow.backend.acknowledges(linked());
    flow.backend.acknowledges(linked());
    page::until("both", || kept().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_visit_that_makes_no_item_is_finished() {
    let flow = Flow::open().await;
    flow.fake
        .call_back(1, "onSuccess", &JsValue::NULL, &js("{}"));
    assert_eq!(flow.outcome(), Some(Outcome::Finished));
    run_due_tasks().await;
    assert_eq!(flow.backend.requests(), ["token"], "nothing is submitted");
}

#[wasm_bindgen_test]
async fn events_reach_the_host() {
    clear_storage();
    let log = CallLog::default();
    let heard = log.clone();
    let options = UseLinkFlowOptions::default().on_event(move |name, metadata| {
        let view = metadata.view_name.as_ref().expect("a view");
        heard.write(format!("{} {view:?}", name.as_str()));
    });
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    flow.backend.grants(TOKEN);
    flow.reaches(Stage::Ready).await;
    let metadata = js("{ view_name: 'CONSENT' }");
    flow.fake.call_back(1, "onEvent", &"OPEN".into(), &metadata);
    assert_eq!(log.read(), ["OPEN Consent"]);
}

#[wasm_bindgen_test]
async fn two_flows_are_independent() {
    clear_storage();
    let one = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    one.backend.grants(TOKEN);
    one.reaches(Stage::Ready).await;
    let backend = ScriptedBackend::of("ann");
    backend.grants("link-test-2");
    let (shared, load) = (backend.clone(), one.fake.options.clone());
    let (two, _mounted) =
        hook(move || use_link_flow(shared, UseLinkFlowOptions::default().load(load)));
    page::until("ready", || two.stage.get_untracked() == Stage::Ready).await;
    two.open();
    one.fake.succeed(2);
    assert_eq!(one.stage(), Stage::Ready);
    assert_eq!(two.stage.get_untracked(), Stage::Submitting);
    drop(one.mounted);
    backend.acknowledges(linked());
    page::until("linked", || two.outcome.get_untracked().is_some()).await;
}
