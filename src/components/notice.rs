use leptos::prelude::*;
use leptos_plaid_link::{Failure, words};

/// A failure in words, with a way forward; hidden while there is none.
#[component]
pub fn Notice(
    /// What failed, if anything did.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
    /// What **Try again** does.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let say = move |of: fn(&Failure) -> String| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().map(of).unwrap_or_default()))
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
    let hidden = Signal::derive(move || failure.with(Option::is_none));
    view! {
        <div class="notice" role="alert" hidden=hidden>
            <p><strong>{title}</strong>" "{advice}</p>
            <p class="reference">{reference}</p>
            <button type="button" class="button" on:click=move |_| on_retry.run(())>"Try again"</button>
        </div>
    }
}
