//! A page that a server renders and a browser hydrates.

use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{PlaidLink, UsePlaidLinkOptions};

/// The HTML of the server.
pub(crate) const HTML: &str = include_str!("page.html");

pub(crate) fn page(options: UsePlaidLinkOptions) -> impl IntoView {
    let token = Signal::stored(Some(LinkToken::from("link-test-1")));
    view! {
        <main>
            <h1>"Accounts"</h1>
            <PlaidLink token options>"Connect"</PlaidLink>
        </main>
    }
}
