use leptos::prelude::*;
use leptos_plaid_link::{Failure, words};

/// A failure in words, with a way forward.
#[component]
pub fn Notice(failure: Failure, on_retry: impl Fn() + 'static) -> impl IntoView {
    let words = words(&failure);
    let advice = failure.display_message.unwrap_or_else(|| words.advice.to_owned());
    view! {
        <div class="notice" role="alert">
            <p><strong>{words.title}</strong>" "{advice}</p>
            {failure.request_id.map(|id| view! { <p class="reference">"Reference: "{id}</p> })}
            <button type="button" class="button" on:click=move |_| on_retry()>"Try again"</button>
        </div>
    }
}
