use leptos::prelude::*;
use plaid_types::LinkToken;

use crate::plaid_link_crate::Error;
use crate::use_plaid_link::{UsePlaidLinkOptions, use_plaid_link};

/// A button that opens Link: [`use_plaid_link`] and one element.
///
/// It is enabled once a click would open Link at once, and after an error, when a click tries again. Attributes such as
/// `class` go to the button.
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
    /// Set when the script did not load, or Link refused the token or to open.
    #[prop(optional)]
    error: RwSignal<Option<Error>>,
    /// What the button says.
    children: Children,
) -> impl IntoView {
    let link = use_plaid_link(token, options);
    Effect::new(move || error.set(link.error.get()));
    let click = move |_| {
        if link.error.with_untracked(Option::is_some) {
            link.retry();
        } else {
            error.set(link.open().err());
        }
    };
    let is_idle = move || !link.ready.get() && link.error.with(Option::is_none);
    view! {
        <button type="button" disabled=is_idle on:click=click>
            {children()}
        </button>
    }
}
