//! The component that connects a bank.

use leptos::prelude::*;
use link_flow::{Outcome, Stage};

use crate::dynamic::{press, text};
use crate::failure_notice::FailureNotice;
use crate::use_link_flow::UseLinkFlowReturn;
use crate::words::outcome_words;

/// A button that connects a bank, with a line of progress and a failure notice.
///
/// It shows the state of [`use_link_flow`] in three elements. Screen readers announce progress politely, and a failure
/// at once. A visit that ends with an error or a duplicate is announced like progress.
///
/// Its classes are `connect-bank`, `connect-bank-button`, `connect-bank-progress` and those of [`FailureNotice`].
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
    /// The flow, which the host may also control.
    flow: UseLinkFlowReturn,
    /// The label of the button.
    #[prop(default = "Connect a bank account")]
    label: &'static str,
    /// Returns the words for the end of a visit. Return nothing if the page shows it itself.
    #[prop(default = outcome_words)]
    describe: fn(&Outcome) -> String,
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
        let described = outcome.with(|outcome| outcome.as_ref().map(describe));
        match words {
            "" => described.unwrap_or_default(),
            _ => words.to_owned(),
        }
    });
    view! {
        <div class="connect-bank">
            // Never disabled: a disabled button loses the focus, and the next visit may start at any time.
            <button type="button" class="connect-bank-button" on:click=press(move || flow.open())>
                {label}
            </button>
            <p class="connect-bank-progress" role="status">{progress}</p>
            <FailureNotice failure on_retry=Box::new(move || flow.retry()) />
        </div>
    }
}
