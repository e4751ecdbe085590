use leptos::prelude::*;
use plaid_types::LinkToken;

use crate::use_plaid_link::{UsePlaidLinkOptions, use_plaid_link};

/// A button that opens Link: [`use_plaid_link`] and one element.
///
/// It is enabled once a click would open Link at once. Attributes such as `class` go to the button.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{PlaidLink, UsePlaidLinkOptions, plaid_types::LinkToken};
///
/// #[component]
/// fn Connect(#[prop(into)] link_token: Signal<Option<LinkToken>>) -> impl IntoView {
///     let options = UsePlaidLinkOptions::default().on_success(|public_token, metadata| {
///         // post both to the backend
///         # let _ = (public_token, metadata);
///     });
///     view! { <PlaidLink token=link_token options>"Connect a bank account"</PlaidLink> }
/// }
/// ```
#[component]
pub fn PlaidLink(
    /// The Link token, once the backend has made one.
    #[prop(into)]
    token: Signal<Option<LinkToken>>,
    /// The callbacks, and where the script comes from.
    #[prop(optional)]
    options: UsePlaidLinkOptions,
    /// What the button says.
    children: Children,
) -> impl IntoView {
    let link = use_plaid_link(token, options);
    let open = move |_| {
        // What can go wrong is in `link.error`; not ready, the button is disabled.
        let _ = link.open();
    };
    view! {
        <button type="button" disabled=move || !link.ready.get() on:click=open>
            {children()}
        </button>
    }
}
