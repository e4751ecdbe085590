//! The `ConnectBank` component: its button, progress and failures, found by role and name.

use fake_link::{CallLog, FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::{
    ConnectBank, Failure, FailureKind, FailureNotice, ResumeError, Submitted, UseLinkFlowOptions,
    use_link_flow, words,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, mount, run_due_tasks};
use crate::plaid_link::button;
use crate::scripted_backend::ScriptedBackend;
use crate::use_link_flow::{clear_storage, linked};

struct Page {
    fake: FakeLink,
    backend: ScriptedBackend,
    mounted: Mounted,
}

impl Page {
    fn new() -> Self {
        clear_storage();
        let (fake, backend) = (FakeLink::offer(), ScriptedBackend::of("ann"));
        let (shared, load) = (backend.clone(), fake.options.clone());
        let mounted = mount(move || {
            let flow = use_link_flow(shared, UseLinkFlowOptions::default().load(load));
            view! { <ConnectBank flow /> }
        });
        Self {
            fake,
            backend,
            mounted,
        }
    }

    /// Creates a page and opens Link.
    async fn open() -> Self {
        let page = Self::new();
        page.backend.grants(TOKEN);
        button(&page.mounted).click();
        page.opens().await;
        page
    }

    async fn shows(&self, role: &str, text: &str) {
        let selector = format!("[role='{role}']");
        let is_shown = || self.mounted.text(&selector).contains(text);
        page::until(text, is_shown).await;
    }

    fn alerts(&self) -> bool {
        !self.mounted.find("[role='alert']").hidden()
    }

    async fn opens(&self) {
        let opened = || self.fake.calls().iter().any(|call| call.ends_with("open"));
        page::until("open", opened).await;
    }
}

#[wasm_bindgen_test]
async fn it_shows_progress() {
    let page = Page::new();
    let button = button(&page.mounted);
    assert_eq!(
        button.text_content().as_deref(),
        Some("Connect a bank account")
    );
    assert_eq!(button.type_(), "button");
    assert_eq!(page.mounted.text("[role='status']"), "");
    assert!(!page.alerts());

    button.click();
    page.shows("status", "Opening Plaid…").await;
    page.backend.grants(TOKEN);
    page.opens().await;
    page.fake.succeed(1);
    page.shows("status", "Saving your connection…").await;
    assert!(!button.disabled(), "a disabled button loses the focus");
    page.backend.acknowledges(linked());
    let quiet = || page.mounted.text("[role='status']").is_empty();
    page::until("quiet", quiet).await;
    assert!(!page.alerts());
}

#[wasm_bindgen_test]
async fn it_shows_a_failure_and_retries() {
    let page = Page::new();
    button(&page.mounted).click();
    page.backend.refuses_token(FailureKind::BackendUnreachable);
    page.shows("alert", "We can't reach our server.").await;
    page.shows("alert", "Plaid's own message.").await;
    page.shows("alert", "Reference: request-1").await;
    assert!(page.alerts());
    assert!(!button(&page.mounted).disabled());

    page.backend.grants(TOKEN);
    let again = page.mounted.find("[role='alert'] button");
    assert_eq!(again.text_content().as_deref(), Some("Try again"));
    again.click();
    page.opens().await;
    page::until("quiet", || !page.alerts()).await;
}

#[wasm_bindgen_test]
async fn it_reports_errors_and_duplicates_at_the_end_of_a_visit() {
    let error = js("{ error_type: 'ITEM_ERROR', error_code: 'ITEM_LOCKED' }");
    let with_message = js("{ error_code: 'ITEM_LOCKED', display_message: 'Plaid says so.' }");
    for (error, words) in [
        (error, "Sign in on your bank's site"),
        (
            with_message,
            "Your bank requires an action from you first. Plaid says so.",
        ),
        (JsValue::NULL, ""),
    ] {
        let page = Page::open().await;
        page.fake.call_back(1, "onExit", &error, &js("{}"));
        run_due_tasks().await;
        let status = page.mounted.text("[role='status']");
        assert!(
            status.contains(words) && status.is_empty() == words.is_empty(),
            "{status}"
        );
    }

    let page = Page::open().await;
    page.fake.succeed(1);
    page.backend
        .acknowledges(Submitted::Duplicate("item-7".into()));
    page.shows("status", "This account is connected already.")
        .await;
    assert!(!page.alerts());
}

#[wasm_bindgen_test]
async fn its_words_stay_current_in_a_translated_page() {
    let page = Page::new();
    page.backend.refuses_token(FailureKind::BackendUnreachable);
    page.shows("alert", "We can't reach our server.").await;
    page::translate(&page.mounted.element);
    page.mounted.find("[role='alert'] button").click();
    page.backend.refuses_token(FailureKind::RateLimited);
    page.shows("alert", "Too many requests.").await;
    assert_eq!(
        page.mounted.text("[role='alert']"),
        "Too many requests. Plaid's own message.Reference: request-1Try again"
    );

    page::translate(&page.mounted.element);
    button(&page.mounted).click();
    page.shows("status", "Opening Plaid…").await;
    page::translate(&page.mounted.element);
    page.backend.grants(TOKEN);
    page.opens().await;
    page::until("quiet", || page.mounted.text("[role='status']").is_empty()).await;
    assert_eq!(page.mounted.text("[role='alert'] p"), " ");
}

#[wasm_bindgen_test]
async fn it_reports_a_lost_success_and_starts_again() {
    let page = Page::open().await;
    page.fake.succeed(1);
    page.backend
        .fails_submission(FailureKind::PublicTokenInvalid);
    page.shows("alert", "The connection could not be completed.")
        .await;
    assert!(page.alerts());
    page.backend.grants("link-test-2");
    page.mounted.find("[role='alert'] button").click();
    page.opens().await;
    page::until("quiet", || !page.alerts()).await;
}

#[wasm_bindgen_test]
async fn a_hidden_retry_button_moves_the_focus() {
    let page = Page::new();
    page.backend.refuses_token(FailureKind::BackendUnreachable);
    page.shows("alert", "We can't reach our server.").await;
    let again = page.mounted.find("[role='alert'] button");
    again.focus().expect("focus");
    again.click();
    run_due_tasks().await;
    assert!(!page.alerts());
    let button = page.mounted.find(".connect-bank-button");
    assert_eq!(page::document().active_element(), Some(button.into()));
}

#[wasm_bindgen_test]
async fn the_host_can_replace_the_outcome_words() {
    clear_storage();
    let (fake, backend) = (FakeLink::load().await, ScriptedBackend::of("ann"));
    let (shared, load) = (backend.clone(), fake.options.clone());
    let mounted = mount(move || {
        let flow = use_link_flow(shared, UseLinkFlowOptions::default().load(load));
        view! { <ConnectBank flow describe=|_| "The visit has ended.".to_owned() /> }
    });
    backend.grants(TOKEN);
    button(&mounted).click();
    page::until("open", || {
        fake.calls().iter().any(|call| call.ends_with("open"))
    })
    .await;
    fake.leave(1);
    run_due_tasks().await;
    assert_eq!(mounted.text("[role='status']"), "The visit has ended.");
}

#[wasm_bindgen_test]
async fn the_label_is_configurable() {
    clear_storage();
    let fake = FakeLink::offer();
    let load = fake.options.clone();
    let mounted = mount(move || {
        let options = UseLinkFlowOptions::default().load(load);
        let flow = use_link_flow(ScriptedBackend::of("ann"), options);
        view! { <ConnectBank flow label="Pay by bank" /> }
    });
    assert_eq!(mounted.text(".connect-bank-button"), "Pay by bank");
    run_due_tasks().await;
}

#[wasm_bindgen_test]
async fn every_failure_has_words() {
    let kinds = [
        FailureKind::ScriptBlocked,
        FailureKind::LinkRefused,
        FailureKind::BackendUnreachable,
        FailureKind::PlaidUnavailable,
        FailureKind::SignedOut,
        FailureKind::RateLimited,
        FailureKind::Refused,
        FailureKind::NotFound,
        FailureKind::PublicTokenInvalid,
        FailureKind::TokensRefused,
        FailureKind::Resume(ResumeError::Missing),
    ];
    page::clear();
    let shown = ArcRwSignal::new(None::<Failure>);
    let (failure, log) = (shown.clone(), CallLog::default());
    let retried = log.clone();
    let mounted = mount(move || {
        let failure = RwSignal::from(failure).read_only();
        view! { <FailureNotice failure on_retry=Box::new(move || retried.write("retry")) /> }
    });
    let notice = mounted.find("[role='alert']");
    assert!(notice.hidden());
    for kind in kinds {
        let failure = Failure::new(kind, "for developers");
        let expected = words(&failure);
        shown.set(Some(failure));
        run_due_tasks().await;
        assert!(!notice.hidden());
        let text = mounted.text("[role='alert']");
        assert!(text.contains(expected.title), "{text}");
        assert!(text.contains(expected.advice), "{text}");
        assert!(!text.contains("for developers"), "{text}");
        assert!(!text.contains("Reference"), "{text}");
    }
    mounted.find("button").click();
    assert_eq!(log.read(), ["retry"]);
    shown.set(None);
    run_due_tasks().await;
    assert!(notice.hidden());
}
