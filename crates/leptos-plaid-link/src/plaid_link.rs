//! The component that opens Link with a Link token.

use leptos::prelude::*;
use plaid_types::LinkToken;

use crate::plaid_link_crate::Error;
use crate::use_plaid_link::{UsePlaidLinkOptions, use_plaid_link};

/// A button that opens Link, over [`use_plaid_link`].
///
/// It is enabled once Link is ready. After an error it is enabled too, and a click retries. Attributes such as `class`
/// apply to the button.
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
    /// The Link token, once there is one.
    #[prop(into)]
    token: Signal<Option<LinkToken>>,
    /// The callbacks and the options of the script.
    #[prop(optional)]
    options: UsePlaidLinkOptions,
    /// The error, if the script did not load, or Link refused the token or the call to open.
    #[prop(optional)]
    error: RwSignal<Option<Error>>,
    /// The label of the button.
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
