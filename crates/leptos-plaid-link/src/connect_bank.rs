use leptos::prelude::*;
use link_flow::Stage;

use crate::use_link_flow::UseLinkFlowReturn;
use crate::words::words;

/// A button that connects a bank, with its progress and its failures in words: [`use_link_flow`] and three elements.
///
/// Progress is announced politely, a failure at once and with a **Try again** button.
/// Style it by its classes: `connect-bank`, `connect-bank-button`, `connect-bank-progress`, `connect-bank-failure`.
///
/// [`use_link_flow`]: crate::use_link_flow
#[component]
pub fn ConnectBank(
    /// The flow, so that the host can also drive it.
    flow: UseLinkFlowReturn,
    /// What the button says.
    #[prop(into, default = "Connect a bank account".into())]
    label: Signal<String>,
) -> impl IntoView {
    let stage = flow.stage;
    let failure = move || match stage.get() {
        Stage::Failed(failure) | Stage::Unsent(failure) => Some(failure),
        _ => None,
    };
    let waits = Memo::new(move |_| match stage.get() {
        Stage::Preparing { open_when_ready: true } => Some("Opening Plaid…"),
        Stage::Submitting => Some("Saving your connection…"),
        _ => None,
    });
    view! {
        <div class="connect-bank" aria-busy=move || waits.get().is_some().to_string()>
            <button
                type="button"
                class="connect-bank-button"
                disabled=move || matches!(stage.get(), Stage::Submitting)
                on:click=move |_| flow.open()
            >
                {label}
            </button>
            <p class="connect-bank-progress" role="status">{waits}</p>
            {move || failure().map(|failure| {
                let words = words(&failure);
                let advice = failure.display_message.clone().unwrap_or_else(|| words.advice.to_owned());
                view! {
                    <div class="connect-bank-failure" role="alert">
                        <p><strong>{words.title}</strong>" "{advice}</p>
                        {failure.request_id.map(|id| view! { <p class="connect-bank-reference">"Reference: "{id}</p> })}
                        <button type="button" on:click=move |_| flow.retry()>"Try again"</button>
                    </div>
                }
            })}
        </div>
    }
}
