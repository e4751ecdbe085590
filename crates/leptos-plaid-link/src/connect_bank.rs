use leptos::prelude::*;
use link_flow::{Outcome, Stage};

use crate::dynamic::{press, text};
use crate::failure_notice::FailureNotice;
use crate::use_link_flow::UseLinkFlowReturn;
use crate::words::outcome_words;

/// A button that connects a bank, with its progress and its failures in words.
///
/// It is [`use_link_flow`] and three elements. Progress is announced politely, as is a visit that ended with an error or found
/// a bank that is connected already; a failure at once and with a **Try again** button. Style it by its classes: `connect-bank`, `connect-bank-button`, `connect-bank-progress`,
/// and those of [`FailureNotice`].
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{ConnectBank, LinkBackend, UseLinkFlowOptions, use_link_flow};
///
/// #[component]
/// fn Accounts<B: LinkBackend>(backend: B) -> impl IntoView {
///     let flow = use_link_flow(backend, UseLinkFlowOptions::default());
///     view! { <ConnectBank flow label="Pay by bank" /> }
/// }
/// ```
///
/// [`use_link_flow`]: crate::use_link_flow()
#[component]
pub fn ConnectBank(
    /// The flow, so that the host can also drive it.
    flow: UseLinkFlowReturn,
    /// What the button says.
    #[prop(default = "Connect a bank account")]
    label: &'static str,
    /// What to say of the end of a visit, beside what failed; nothing where the page says it itself.
    #[prop(default = outcome_words)]
    tell: fn(&Outcome) -> String,
) -> impl IntoView {
    let UseLinkFlowReturn {
        stage,
        failure,
        outcome,
        ..
    } = flow;
    let progress = text(move || {
        let words = stage.with(|stage| match stage {
            Stage::Preparing {
                open_when_ready: true,
            } => "Opening Plaid…",
            Stage::Submitting => "Saving your connection…",
            _ => "",
        });
        let told = outcome.with(|outcome| outcome.as_ref().map(tell));
        match words {
            "" => told.unwrap_or_default(),
            _ => words.to_owned(),
        }
    });
    view! {
        <div class="connect-bank">
            // Never disabled: it would lose the focus that Link gives back, and the next visit need not wait.
            <button type="button" class="connect-bank-button" on:click=press(move || flow.open())>
                {label}
            </button>
            <p class="connect-bank-progress" role="status">{progress}</p>
            <FailureNotice failure on_retry=Box::new(move || flow.retry()) />
        </div>
    }
}
