use leptos::prelude::*;
use link_flow::Failure;

use crate::dynamic::{flag, press, text};
use crate::words::words;

/// A failure in words, announced at once, with a **Try again** button; hidden while there is none.
///
/// Style it by its classes `plaid-link-failure` and `plaid-link-reference`.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{FailureNotice, UseLinkFlowReturn};
///
/// #[component]
/// fn Notice(flow: UseLinkFlowReturn) -> impl IntoView {
///     view! { <FailureNotice failure=flow.failure on_retry=Box::new(move || flow.retry()) /> }
/// }
/// ```
#[component]
pub fn FailureNotice(
    /// What failed, if anything did.
    failure: ReadSignal<Option<Failure>>,
    /// What **Try again** does.
    on_retry: Box<dyn Fn()>,
) -> impl IntoView {
    let say = move |of: fn(&Failure) -> String| {
        text(move || failure.with(|failure| failure.as_ref().map(of).unwrap_or_default()))
    };
    let title = say(|failure| words(failure).title.to_owned());
    let advice = say(|failure| {
        let told = failure.display_message.clone();
        told.unwrap_or_else(|| words(failure).advice.to_owned())
    });
    let reference = say(|failure| {
        let id = failure.request_id.as_ref();
        id.map(|id| format!("Reference: {id}")).unwrap_or_default()
    });
    view! {
        <div class="plaid-link-failure" role="alert" hidden=flag(move || failure.with(Option::is_none))>
            <p><strong>{title}</strong>" "{advice}</p>
            <p class="plaid-link-reference">{reference}</p>
            <button type="button" on:click=press(on_retry)>"Try again"</button>
        </div>
    }
}
