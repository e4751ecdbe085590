//! Server rendering: hooks are inert, and components render their first view.

#[path = "hydrated/page.rs"]
mod page;

use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{
    ConnectBank, Error, ExitOptions, Failure, FailureKind, FailureNotice, LinkBackend,
    LinkTokenGrant, PlaidEmbeddedLink, PlaidLink, Purpose, Stage, Submission, Submitted, Success,
    UseLinkFlowOptions, UsePlaidLinkOptions, use_link_flow, use_plaid_link,
};

/// A backend that must not be used.
struct UnusedBackend;

impl LinkBackend for UnusedBackend {
    async fn user(&self) -> Result<String, Failure> {
        panic!("a server requests no user");
    }

    async fn create_link_token(&self, _: Purpose) -> Result<LinkTokenGrant, Failure> {
        panic!("a server requests no token");
    }

    async fn submit(&self, _: Success) -> Result<Submitted, Failure> {
        panic!("a server submits nothing");
    }
}

fn token() -> Signal<Option<LinkToken>> {
    Signal::stored(Some("link-test-1".into()))
}

#[test]
fn the_components_render_their_first_view() {
    let owner = Owner::new();
    let html = owner.with(|| {
        let options = UsePlaidLinkOptions::default();
        let flow = use_link_flow(UnusedBackend, UseLinkFlowOptions::default());
        let failure = Failure::new(FailureKind::SignedOut, "for developers");
        let failure = RwSignal::new(Some(failure)).read_only();
        let view = view! {
            <PlaidLink token=token() options=options.clone() attr:class="primary">"Connect"</PlaidLink>
            <PlaidEmbeddedLink token=token() options attr:class="search" />
            <ConnectBank flow />
            <FailureNotice failure on_retry=Box::new(|| {}) />
        };
        view.to_html()
    });
    for part in [
        r#"<button type="button" disabled class="primary">Connect"#,
        r#"<div class="search"></div>"#,
        "Connect a bank account",
        r#"role="status""#,
        r#"role="alert" hidden"#,
        "You are signed out.",
        "Sign in, then try again.",
    ] {
        assert!(html.contains(part), "no {part} in {html}");
    }
    owner.cleanup();
}

/// The test `hydrated` hydrates the same page in a browser.
#[test]
fn a_rendered_page_matches_its_hydration() {
    let owner = Owner::new();
    let html = owner.with(|| page::page(UsePlaidLinkOptions::default()).to_html());
    assert_eq!(html, page::HTML);
    owner.cleanup();
}

#[test]
fn the_hooks_are_inert() {
    let owner = Owner::new();
    owner.with(|| {
        let link = use_plaid_link(token(), UsePlaidLinkOptions::default());
        link.retry();
        assert_eq!(link.open(), Err(Error::NoToken));
        assert_eq!(link.exit(ExitOptions::default()), Err(Error::NoToken));
        let submission = Submission::PhoneNumber("+14155550011".into());
        assert_eq!(link.submit(&submission), Err(Error::NoToken));
        for signal in [link.script_ready, link.ready, link.is_open] {
            assert!(!signal.get_untracked());
        }
        assert_eq!(link.error.get_untracked(), None);

        let flow = use_link_flow(UnusedBackend, UseLinkFlowOptions::default());
        flow.open();
        flow.close(true);
        flow.retry();
        flow.dismiss();
        flow.change(Purpose::NewItem);
        assert_eq!(flow.stage.get_untracked(), Stage::Idle);
        assert_eq!(flow.outcome.get_untracked(), None);
    });
    owner.cleanup();
}
