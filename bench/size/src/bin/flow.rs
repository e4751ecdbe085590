//! The same app with `use_link_flow` and `<ConnectBank>`.

use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{
    ConnectBank, Failure, FailureKind, LinkBackend, LinkTokenGrant, Purpose, Submitted, Success,
    UseLinkFlowOptions, use_link_flow,
};
use size::{link_token, session, settings, submit};

struct Backend;

impl LinkBackend for Backend {
    async fn user(&self) -> Result<String, Failure> {
        Ok(session(&settings()).await.map_err(unreachable)?.user_id)
    }

    async fn create_link_token(&self, _: Purpose) -> Result<LinkTokenGrant, Failure> {
        let grant = link_token(&settings()).await.map_err(unreachable)?;
        Ok(LinkTokenGrant {
            link_token: LinkToken::new(grant.link_token),
            lifetime_seconds: grant.expires_in_seconds,
        })
    }

    async fn submit(&self, success: Success) -> Result<Submitted, Failure> {
        let token = success.public_token.as_ref().map(|token| token.as_str());
        let submitted = submit(&settings(), token.unwrap_or_default()).await;
        Ok(Submitted::Linked(
            submitted.map_err(unreachable)?.user_id.into(),
        ))
    }
}

fn unreachable(error: String) -> Failure {
    Failure::new(FailureKind::BackendUnreachable, error)
}

fn main() {
    mount_to_body(|| {
        let flow = use_link_flow(Backend, UseLinkFlowOptions::default());
        let said = move || {
            flow.outcome
                .with(|outcome| format!("{}", outcome.is_some()))
        };
        view! {
            <ConnectBank flow />
            <p>{said}</p>
        }
    });
}
