use leptos::prelude::*;
use link_flow::{Failure, Stage};

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
    let failure = Signal::derive(move || match stage.get() {
        Stage::Failed(failure) | Stage::Unsent(failure) => Some(failure),
        _ => None,
    });
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
    let progress = Signal::derive(move || {
        stage.with(|stage| match stage {
            Stage::Preparing {
                open_when_ready: true,
            } => "Opening Plaid…".to_owned(),
            Stage::Submitting => "Saving your connection…".to_owned(),
            _ => String::new(),
        })
    });
    let is_submitting = Signal::derive(move || stage.with(|stage| *stage == Stage::Submitting));
    let is_well = Signal::derive(move || failure.with(Option::is_none));
    view! {
        <div class="connect-bank">
            <button
                type="button"
                class="connect-bank-button"
                disabled=is_submitting
                on:click=move |_| flow.open()
            >
                {label}
            </button>
            <p class="connect-bank-progress" role="status">{progress}</p>
            <div class="connect-bank-failure" role="alert" hidden=is_well>
                <p><strong>{title}</strong>" "{advice}</p>
                <p class="connect-bank-reference">{reference}</p>
                <button type="button" on:click=move |_| flow.retry()>"Try again"</button>
            </div>
        </div>
    }
}
