//! An app with a button that connects a bank by `use_link_flow`, over reloads, expired tokens and lost connections.

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos_plaid_link::dynamic::text;
use leptos_plaid_link::{
    ConnectBank, Failure, FailureKind, LinkBackend, LinkTokenGrant, Outcome, Purpose, Submitted,
    Success, UseLinkFlowOptions, use_link_flow,
};

struct Backend;

impl LinkBackend for Backend {
    async fn user(&self) -> Result<String, Failure> {
        post("/user", "").await
    }

    async fn create_link_token(&self, _: Purpose) -> Result<LinkTokenGrant, Failure> {
        let link_token = post("/link-token", "").await?;
        Ok(LinkTokenGrant {
            link_token: link_token.into(),
            lifetime_seconds: 4 * 60 * 60,
        })
    }

    async fn submit(&self, success: Success) -> Result<Submitted, Failure> {
        let public_token = success.public_token.map(|token| token.as_str().to_owned());
        let item_id = post("/exchange", &public_token.unwrap_or_default()).await?;
        Ok(Submitted::Linked(item_id.into()))
    }
}

/// Sends text to a route of the backend and returns its text.
async fn post(route: &str, body: &str) -> Result<String, Failure> {
    let unreachable =
        |error: gloo_net::Error| Failure::new(FailureKind::BackendUnreachable, error.to_string());
    let request = Request::post(route).body(body).map_err(unreachable)?;
    let response = request.send().await.map_err(unreachable)?;
    if !response.ok() {
        return Err(Failure::new(FailureKind::Refused, response.status_text()));
    }
    response.text().await.map_err(unreachable)
}

#[component]
fn Accounts() -> impl IntoView {
    let flow = use_link_flow(Backend, UseLinkFlowOptions::default());
    let linked = move || match flow.outcome.get() {
        Some(Outcome::Linked(item_id)) => format!("{} is connected", item_id.as_str()),
        _ => String::new(),
    };
    view! { <ConnectBank flow /> <p>{text(linked)}</p> }
}

fn main() {
    leptos::mount::mount_to_body(Accounts);
}
