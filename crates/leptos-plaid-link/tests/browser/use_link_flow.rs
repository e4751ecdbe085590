//! The whole flow over a scripted backend, from the first preparation to what became of the visit.

use fake_link::{Diary, FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::{
    FailureKind, Outcome, Purpose, ResumeError, Stage, Submitted, UseLinkFlowOptions,
    UseLinkFlowReturn, use_link_flow,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, calm, hook};
use crate::scripted_backend::ScriptedBackend;

/// A flow in the page, with the Link and the backend that it meets.
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

    /// One that is ready to open, with what has been asked for read already.
    pub(crate) async fn ready() -> Self {
        forget_everything();
        let flow = Self::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
        flow.backend.grants(TOKEN);
        flow.comes_to(Stage::Ready).await;
        flow.backend.asked();
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

    pub(crate) async fn comes_to(&self, stage: Stage) {
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

/// What is kept in the browser for flows.
pub(crate) fn kept() -> Vec<String> {
    let storage = page::window().local_storage();
    let storage = storage.expect("storage").expect("storage");
    (0..storage.length().expect("a length"))
        .filter_map(|index| storage.key(index).ok()?)
        .filter(|key| key.starts_with("plaid-link."))
        .map(|key| key.replace("plaid-link.", ""))
        .collect()
}

pub(crate) fn forget_everything() {
    page::run("", "localStorage.clear(); sessionStorage.clear()", &[]);
}

pub(crate) fn linked() -> Submitted {
    Submitted::Linked("item-1".into())
}

pub(crate) const IS_LINKED: fn() -> Outcome = || Outcome::Linked("item-1".into());

fn unclicked() -> Stage {
    Stage::Preparing {
        open_when_ready: false,
    }
}

#[wasm_bindgen_test]
async fn a_visit_ends_with_an_item() {
    forget_everything();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    assert_eq!(flow.stage(), unclicked());
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"]);
    flow.backend.grants(TOKEN);
    flow.comes_to(Stage::Ready).await;
    assert_eq!(flow.fake.calls(), [r#"1 create {"token":"link-test-1"}"#]);
    assert!(kept().is_empty());

    flow.flow.open();
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.fake.calls(), ["1 open"]);
    assert_eq!(kept(), ["resume.link-test-1"]);

    flow.fake.succeed(1);
    assert_eq!(flow.stage(), Stage::Submitting);
    assert_eq!(kept().len(), 1, "the success, and the visit is over");
    calm().await;
    assert_eq!(flow.backend.asked(), ["submit public-test-1"]);
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert!(kept().is_empty());
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"], "for the next visit");
    assert_eq!(flow.stage(), unclicked());

    flow.flow.dismiss();
    assert_eq!(flow.outcome(), None);
}

#[wasm_bindgen_test]
async fn an_early_click_opens_link_once_it_is_ready() {
    forget_everything();
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
    flow.comes_to(Stage::Open).await;
    assert_eq!(flow.backend.asked(), ["token"]);
    assert_eq!(flow.fake.calls()[1..], ["1 open"]);
}

#[wasm_bindgen_test]
async fn nothing_is_prepared_when_prepare_is_off() {
    forget_everything();
    let options = UseLinkFlowOptions::default().prepare(false);
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    calm().await;
    assert_eq!(flow.stage(), Stage::Idle);
    assert!(flow.backend.asked().is_empty());
    flow.backend.grants(TOKEN);
    flow.flow.open();
    flow.comes_to(Stage::Open).await;
    flow.fake.succeed(1);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert_eq!(flow.stage(), Stage::Idle);
}

#[wasm_bindgen_test]
async fn retry_submits_again() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.fails(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    assert!(matches!(flow.stage(), Stage::Unsent(_)));
    assert_eq!(kept().len(), 1);
    assert_eq!(flow.backend.asked(), ["submit public-test-1"]);

    flow.flow.retry();
    assert_eq!(flow.stage(), Stage::Submitting);
    assert_eq!(flow.failure(), None);
    flow.backend.fails(FailureKind::PlaidUnavailable);
    flow.fails_with(FailureKind::PlaidUnavailable).await;

    page::run("", "window.dispatchEvent(new Event('online'))", &[]);
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
    assert_eq!(
        flow.backend.asked()[..2],
        ["submit public-test-1", "submit public-test-1"]
    );
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn a_failed_submission_is_retried_by_timer() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.fails(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.acknowledges(linked());
    flow.ends_with(IS_LINKED()).await;
}

#[wasm_bindgen_test]
async fn an_invalid_success_is_lost_and_the_next_is_submitted() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.fails(FailureKind::PublicTokenInvalid);
    page::until("lost", || matches!(flow.outcome(), Some(Outcome::Lost(_)))).await;
    assert_eq!(flow.failure(), Some(FailureKind::PublicTokenInvalid));
    assert!(kept().is_empty());
    flow.backend.grants("link-test-2");
    flow.comes_to(Stage::Ready).await;
    assert_eq!(
        flow.failure(),
        Some(FailureKind::PublicTokenInvalid),
        "a loss is told until the next visit"
    );
    flow.flow.retry();
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.outcome(), None, "the next visit has begun");
    assert_eq!(flow.failure(), None);
}

#[wasm_bindgen_test]
async fn successes_without_a_session_are_kept_separately() {
    let flow = Flow::open().await;
    flow.fake.succeed(1);
    flow.backend.grants("link-test-2");
    flow.flow.open();
    flow.comes_to(Stage::Open).await;
    let token = "public-test-2";
    flow.fake.say(2, "onSuccess", &token.into(), &js("{}"));
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
    flow.fake.say(
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
    assert!(flow.backend.asked().is_empty());
}

#[wasm_bindgen_test]
async fn host_calls_during_a_step_are_queued() {
    let flow = Flow::open().await;
    let driven = flow.flow;
    let (_, _watching) = hook(move || {
        // At once, before the step has told how the visit ended.
        ImmediateEffect::new_scoped(move || {
            if driven.stage.get() == Stage::Ready {
                driven.open();
            }
        });
    });
    flow.fake.leave(1);
    assert_eq!(flow.stage(), Stage::Open);
    assert_eq!(flow.outcome(), None, "the next visit has begun");
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
    assert_eq!(flow.stage(), Stage::Open, "until Link says so");
}

#[wasm_bindgen_test]
async fn a_failed_script_is_loaded_again() {
    forget_everything();
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let backend = ScriptedBackend::of("ann");
    backend.grants(TOKEN);
    let flow = Flow::at(fake, backend, UseLinkFlowOptions::default());
    flow.flow.open();
    calm().await;
    page::settle(&tag, "error");
    flow.fails_with(FailureKind::ScriptBlocked).await;
    assert!(matches!(flow.stage(), Stage::Failed(_)));
    flow.backend.grants("link-test-2");
    flow.flow.retry();
    flow.comes_to(Stage::Open).await;
    assert_eq!(
        flow.fake.calls(),
        [r#"1 create {"token":"link-test-2"}"#, "1 open"],
        "the click is not forgotten"
    );
}

#[wasm_bindgen_test]
async fn retry_after_a_refusal_creates_another_handler() {
    for method in ["create", "open"] {
        forget_everything();
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
        flow.comes_to(Stage::Open).await;
        assert_eq!(flow.fake.frames(), 1, "{method}");
    }
}

#[wasm_bindgen_test]
async fn retry_after_a_backend_failure_fetches_again() {
    forget_everything();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    flow.backend.grants_nothing(FailureKind::BackendUnreachable);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.grants(TOKEN);
    flow.flow.retry();
    flow.comes_to(Stage::Ready).await;
}

#[wasm_bindgen_test]
async fn an_expired_token_is_replaced_before_the_click() {
    forget_everything();
    // Four hours go by at once.
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
    let is_expired = || flow.fake.frames() == 1 && flow.stage() == unclicked();
    page::until("the expiry", is_expired).await;
    flow.backend.grants("link-test-2");
    flow.comes_to(Stage::Ready).await;
    flow.flow.open();
    assert_eq!(
        flow.fake.calls()[1..],
        ["1 destroy", r#"2 create {"token":"link-test-2"}"#, "2 open"]
    );
    assert!(flow.failure().is_none());
}

#[wasm_bindgen_test]
async fn expired_grants_are_replaced_at_most_twice() {
    forget_everything();
    let flow = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    for _ in 0..3 {
        flow.backend.grants_for(TOKEN, 0);
    }
    flow.fails_with(FailureKind::TokensRefused).await;
    assert_eq!(flow.backend.asked().len(), 3);
    assert!(flow.fake.calls().is_empty());
}

#[wasm_bindgen_test]
async fn events_after_a_success_reach_the_host() {
    forget_everything();
    let diary = Diary::default();
    let heard = diary.clone();
    let options = UseLinkFlowOptions::default().on_event(move |name, _| heard.write(name.as_str()));
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    flow.backend.grants(TOKEN);
    flow.comes_to(Stage::Ready).await;
    flow.flow.open();
    flow.fake.succeed(1);
    flow.fake.tell(1, "HANDOFF");
    calm().await;
    flow.fake.tell(1, "TRANSITION_VIEW");
    assert_eq!(diary.read(), ["HANDOFF", "TRANSITION_VIEW"]);
    flow.backend.acknowledges(linked());
    flow.backend.grants("link-test-2");
    let is_replaced = || flow.fake.calls().iter().any(|call| call == "1 destroy");
    page::until("the next handler", is_replaced).await;
    assert_eq!(flow.fake.frames(), 1, "the first is gone then");
}

#[wasm_bindgen_test]
async fn a_silent_backend_fails_after_the_deadline() {
    let hastily = || UseLinkFlowOptions::default().deadline_seconds(0);
    forget_everything();
    let flow = Flow::new(ScriptedBackend::of("ann"), hastily());
    flow.fails_with(FailureKind::BackendUnreachable).await;
    flow.backend.grants(TOKEN);
    calm().await;
    assert!(
        matches!(flow.stage(), Stage::Failed(_)),
        "that was too late"
    );
    flow.backend.grants("link-test-2");
    flow.flow.retry();
    flow.comes_to(Stage::Ready).await;

    flow.flow.open();
    flow.fake.succeed(1);
    flow.fails_with(FailureKind::BackendUnreachable).await;
    assert!(matches!(flow.stage(), Stage::Unsent(_)));
    assert_eq!(kept().len(), 1);

    let address = "https://app.example.com/oauth?oauth_state_id=1";
    let options = hastily().received_redirect_uri(address);
    let flow = Flow::new(ScriptedBackend::default(), options);
    let unreachable = FailureKind::Resume(ResumeError::Unreachable);
    flow.fails_with(unreachable).await;
}

#[wasm_bindgen_test]
async fn a_token_that_expires_while_link_is_open_is_replaced() {
    let flow = Flow::open().await;
    let error = js("{ error_type: 'INVALID_INPUT', error_code: 'INVALID_LINK_TOKEN' }");
    flow.fake.say(1, "onExit", &error, &js("{}"));
    flow.backend.grants("link-test-2");
    flow.comes_to(Stage::Ready).await;
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
    flow.comes_to(Stage::Open).await;
    assert_eq!(flow.backend.asked(), ["token to repair item-7"]);
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
    flow.comes_to(Stage::Open).await;
    flow.fake.say(
        2,
        "onSuccess",
        &"public-test-2".into(),
        &js("{ link_session_id: 'two' }"),
    );
    calm().await;
    let submissions: Vec<_> = flow
        .backend
        .asked()
        .into_iter()
        .filter(|asked| asked.starts_with("submit"))
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
    flow.fake.say(1, "onSuccess", &JsValue::NULL, &js("{}"));
    assert_eq!(flow.outcome(), Some(Outcome::Finished));
    calm().await;
    assert_eq!(flow.backend.asked(), ["token"], "nothing is submitted");
}

#[wasm_bindgen_test]
async fn events_reach_the_host() {
    forget_everything();
    let diary = Diary::default();
    let heard = diary.clone();
    let options = UseLinkFlowOptions::default().on_event(move |name, metadata| {
        let view = metadata.view_name.as_ref().expect("a view");
        heard.write(format!("{} {view:?}", name.as_str()));
    });
    let flow = Flow::new(ScriptedBackend::of("ann"), options);
    flow.backend.grants(TOKEN);
    flow.comes_to(Stage::Ready).await;
    let metadata = js("{ view_name: 'CONSENT' }");
    flow.fake.say(1, "onEvent", &"OPEN".into(), &metadata);
    assert_eq!(diary.read(), ["OPEN Consent"]);
}

#[wasm_bindgen_test]
async fn two_flows_are_independent() {
    forget_everything();
    let one = Flow::new(ScriptedBackend::of("ann"), UseLinkFlowOptions::default());
    one.backend.grants(TOKEN);
    one.comes_to(Stage::Ready).await;
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
