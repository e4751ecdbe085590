//! The `PlaidEmbeddedLink` component: it is built once for each token.

use fake_link::{CallLog, FakeLink, TOKEN, js, page};
use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{Error, LoadError, LoadOptions, PlaidEmbeddedLink, UsePlaidLinkOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mounted::{Mounted, mount, run_due_tasks};

struct Search {
    token: ArcRwSignal<Option<LinkToken>>,
    error: ArcRwSignal<Option<Error>>,
    mounted: Mounted,
}

impl Search {
    fn new(token: Option<&str>, options: UsePlaidLinkOptions) -> Self {
        let token = ArcRwSignal::new(token.map(LinkToken::from));
        let error = ArcRwSignal::new(None);
        let (shared_token, shared_error) = (token.clone(), error.clone());
        let mounted = mount(move || {
            view! { <PlaidEmbeddedLink token=shared_token options error=shared_error.into() attr:class="search" /> }
        });
        Self {
            token,
            error,
            mounted,
        }
    }

    fn frames(&self) -> u32 {
        self.mounted.find(".search").child_element_count()
    }

    async fn is_built(&self) {
        page::until("the search", || self.frames() == 1).await;
    }
}

fn from(load: &LoadOptions) -> UsePlaidLinkOptions {
    UsePlaidLinkOptions::default().load(load.clone())
}

#[wasm_bindgen_test]
async fn it_is_built_inside_its_element_for_each_token() {
    let fake = FakeLink::offer();
    let search = Search::new(None, from(&fake.options));
    page::until("the script", || {
        page::run("", "return 'Plaid' in window", &[]).is_truthy()
    })
    .await;
    run_due_tasks().await;
    assert_eq!(search.frames(), 0);
    search.token.set(Some(TOKEN.into()));
    search.is_built().await;
    assert_eq!(
        fake.calls(),
        [r#"1 createEmbedded {"token":"link-test-1"}"#]
    );

    search.token.set(Some("link-test-2".into()));
    run_due_tasks().await;
    assert_eq!(
        fake.calls(),
        ["1 destroy", r#"2 createEmbedded {"token":"link-test-2"}"#]
    );
    assert_eq!(search.frames(), 1);

    search.token.set(None);
    run_due_tasks().await;
    assert_eq!(fake.calls(), ["2 destroy"]);
    assert_eq!(search.frames(), 0);
}

#[wasm_bindgen_test]
async fn the_redirect_uri_is_used_with_the_first_token_only() {
    let fake = FakeLink::load().await;
    let redirect_uri = "https://app.example.com/oauth?oauth_state_id=1";
    let options = from(&fake.options).received_redirect_uri(redirect_uri);
    let search = Search::new(Some(TOKEN), options);
    search.is_built().await;
    assert!(fake.calls()[0].contains(redirect_uri));
    search.token.set(Some("link-test-2".into()));
    run_due_tasks().await;
    assert_eq!(
        fake.calls()[1..],
        [r#"2 createEmbedded {"token":"link-test-2"}"#]
    );
}

#[wasm_bindgen_test]
async fn the_same_token_does_not_rebuild_it() {
    let fake = FakeLink::load().await;
    let log = CallLog::default();
    let newest = ArcRwSignal::new(Callback::new(|()| "old"));
    let (called, heard) = (newest.clone(), log.clone());
    let options =
        from(&fake.options).on_success(move |_, _| heard.write(called.get_untracked().run(())));
    let search = Search::new(Some(TOKEN), options);
    search.is_built().await;
    fake.calls();

    newest.set(Callback::new(|()| "new"));
    search.token.set(Some(TOKEN.into()));
    run_due_tasks().await;
    assert!(fake.calls().is_empty());
    fake.succeed(1);
    assert_eq!(log.read(), ["new"]);
}

#[wasm_bindgen_test]
async fn an_error_is_set_and_cleared_by_the_next_token() {
    let fake = FakeLink::offer();
    let tag = page::inert_tag(&fake.options.src);
    let search = Search::new(Some(TOKEN), from(&fake.options));
    let error = || search.error.get_untracked();
    run_due_tasks().await;
    page::settle(&tag, "error");
    page::until("an error", || error().is_some()).await;
    let src = fake.options.src.clone();
    assert_eq!(error(), Some(Error::Load(LoadError::Blocked { src })));

    search.token.set(Some("public-sandbox-1".into()));
    page::until("refused", || error() == Some(Error::NotALinkToken)).await;
    search.token.set(Some(TOKEN.into()));
    search.is_built().await;
    assert_eq!(error(), None);

    fake.refuse("createEmbedded", &js("new Error('no')"));
    search.token.set(Some("link-test-2".into()));
    let refused = Some(Error::Refused("no".to_owned()));
    page::until("refused", || error() == refused).await;
    assert_eq!(search.frames(), 0);
}

#[wasm_bindgen_test]
async fn clearing_the_error_retries() {
    let fake = FakeLink::load().await;
    fake.refuse("createEmbedded", &js("new Error('no')"));
    let search = Search::new(Some(TOKEN), from(&fake.options));
    let has_failed = || search.error.with_untracked(Option::is_some);
    page::until("refused", has_failed).await;
    fake.accept("createEmbedded");
    search.error.set(None);
    search.is_built().await;
    run_due_tasks().await;
    assert_eq!(fake.calls().len(), 1, "once");
}

#[wasm_bindgen_test]
async fn several_on_a_page_are_independent() {
    let fake = FakeLink::offer();
    let one = Search::new(Some(TOKEN), from(&fake.options));
    let two = Search::new(Some("link-test-2"), from(&fake.options));
    one.is_built().await;
    two.is_built().await;
    drop(one);
    run_due_tasks().await;
    assert_eq!(two.frames(), 1);
    assert_eq!(fake.frames(), 1);
}
