//! The component that shows a failure.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use link_flow::Failure;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::dynamic::{flag, text};
use crate::words::words;

/// A notice that shows a failure in words, with a **Try again** button. It is hidden while there is no failure.
///
/// Screen readers announce it at once. A click hides the button together with the notice, so it moves the focus to the
/// first focusable element beside the notice.
///
/// Its classes are `plaid-link-failure` and `plaid-link-reference`.
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
    /// The failure to show, if any.
    failure: ReadSignal<Option<Failure>>,
    /// The action of **Try again**.
    on_retry: Box<dyn Fn()>,
) -> impl IntoView {
    let part = move |of: fn(&Failure) -> String| {
        text(move || failure.with(|failure| failure.as_ref().map(of).unwrap_or_default()))
    };
    let title = part(|failure| words(failure).title.to_owned());
    let advice = part(|failure| {
        let message = failure.display_message.clone();
        message.unwrap_or_else(|| words(failure).advice.to_owned())
    });
    let reference = part(|failure| {
        let mut ids = failure.link_session_id.iter().chain(&failure.request_id);
        match (ids.next(), ids.next()) {
            (Some(session), Some(request)) => format!("Reference: {session} · {request}"),
            (Some(id), None) => format!("Reference: {id}"),
            _ => String::new(),
        }
    });
    let retry: Box<dyn FnMut(MouseEvent)> = Box::new(move |click| {
        move_focus(&click);
        on_retry();
    });
    view! {
        <div class="plaid-link-failure" role="alert" hidden=flag(move || failure.with(Option::is_none))>
            <p><strong>{title}</strong>" "<span>{advice}</span></p>
            <p class="plaid-link-reference">{reference}</p>
            <button type="button" on:click=retry>"Try again"</button>
        </div>
    }
}

/// Moves the focus out of the notice, since a button that is hidden loses it.
fn move_focus(click: &MouseEvent) {
    let button = click
        .target()
        .and_then(|button| button.dyn_into::<Element>().ok());
    let notice = button.and_then(|button| button.closest(".plaid-link-failure").ok()?);
    let others = ":is(button, a[href], [tabindex]):not(.plaid-link-failure *)";
    let other = notice.and_then(|notice| notice.parent_element()?.query_selector(others).ok()?);
    if let Some(other) = other {
        let _ = other.unchecked_into::<HtmlElement>().focus();
    }
}
