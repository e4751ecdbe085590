//! An app with a button that opens Link by `use_plaid_link`.

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::plaid_types::{LinkToken, PublicToken};
use leptos_plaid_link::{UsePlaidLinkOptions, use_plaid_link};

#[component]
fn Connect() -> impl IntoView {
    let token = LocalResource::new(create_link_token);
    let options = UsePlaidLinkOptions::default()
        .on_success(|public_token, _| spawn_local(exchange(public_token)))
        .on_exit(|error, _| leptos::logging::log!("the user left: {error:?}"));
    let link = use_plaid_link(Signal::derive(move || token.get().flatten()), options);
    let open = move |_| {
        if let Err(error) = link.open() {
            leptos::logging::error!("{error}");
        }
    };
    view! { <button disabled=move || !link.ready.get() on:click=open>"Connect a bank account"</button> }
}

/// Requests a Link token from the backend, which calls `/link/token/create`.
async fn create_link_token() -> Option<LinkToken> {
    let response = Request::post("/link-token").send().await.ok()?;
    response.text().await.ok().map(LinkToken::new)
}

/// Sends the public token to the backend, which calls `/item/public_token/exchange`.
async fn exchange(public_token: Option<PublicToken>) {
    let public_token = public_token.map(|token| token.as_str().to_owned());
    if let Ok(request) = Request::post("/exchange").body(public_token.unwrap_or_default()) {
        let _ = request.send().await;
    }
}

fn main() {
    leptos::mount::mount_to_body(Connect);
}
