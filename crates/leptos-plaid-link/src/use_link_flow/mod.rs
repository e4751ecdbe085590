//! The hook that runs a whole visit to Link against the app's backend.

mod effects;
mod options;
mod shell;
mod signals;
mod user;

use std::rc::Rc;

use leptos::prelude::*;
use link_flow::{Event, Failure, Outcome, Purpose, Stage};

pub use self::options::UseLinkFlowOptions;
use self::shell::{AnyShell, Shell, now};
use self::signals::Signals;
use crate::IN_BROWSER;
use crate::backend::LinkBackend;
use crate::plaid_link_crate::mark;

/// Runs a whole visit to Link against the app's backend.
///
/// It fetches a token and creates a handler ahead of the click, replaces expired tokens, submits a success until the
/// backend has it, over reloads and lost connections, and resumes a visit after a bank's redirect.
///
/// [`link_flow`] decides, and this hook carries the decisions out. On a server it is inert.
///
/// # Usage
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{LinkBackend, UseLinkFlowOptions, UseLinkFlowReturn, use_link_flow};
///
/// #[component]
/// fn Connect<B: LinkBackend>(backend: B) -> impl IntoView {
///     let flow = use_link_flow(backend, UseLinkFlowOptions::default());
///     let UseLinkFlowReturn { stage, outcome, .. } = flow;
///     # let _ = (stage, outcome);
///     view! { <button on:click=move |_| flow.open()>"Connect a bank account"</button> }
/// }
/// ```
pub fn use_link_flow<B: LinkBackend>(backend: B, options: UseLinkFlowOptions) -> UseLinkFlowReturn {
    let signals = Signals::new();
    let shell =
        IN_BROWSER.then(|| StoredValue::new_local(Some(Shell::start(backend, options, signals))));
    on_cleanup(move || {
        // Before the signals are disposed: a focus listener of the host may read them.
        if let Some(shell) = shell
            && let Some(Some(shell)) = shell.try_update_value(Option::take)
        {
            shell.stop();
        }
    });
    UseLinkFlowReturn {
        stage: signals.stage.read_only(),
        failure: signals.failure.read_only(),
        outcome: signals.outcome.read_only(),
        shell,
    }
}

/// The signals and methods of [`use_link_flow`]. It is `Copy`, like signals.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{Stage, UseLinkFlowReturn};
///
/// fn is_busy(flow: UseLinkFlowReturn) -> Signal<bool> {
///     Signal::derive(move || matches!(flow.stage.get(), Stage::Preparing { .. } | Stage::Submitting))
/// }
/// ```
#[derive(Clone, Copy)]
pub struct UseLinkFlowReturn {
    /// The stage of the flow.
    pub stage: ReadSignal<Stage>,
    /// The failure to show: why there is no handler, or why a success is not submitted yet or lost.
    pub failure: ReadSignal<Option<Failure>>,
    /// The end of the last visit to Link; none once the next one opens.
    pub outcome: ReadSignal<Option<Outcome>>,
    shell: Option<StoredValue<Option<Rc<dyn AnyShell>>, LocalStorage>>,
}

impl std::fmt::Debug for UseLinkFlowReturn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UseLinkFlowReturn").finish_non_exhaustive()
    }
}

impl UseLinkFlowReturn {
    /// Opens Link for the flow's own purpose, at once or as soon as it is ready.
    pub fn open(self) {
        if IN_BROWSER {
            mark("plaid-link-click");
            self.send(Event::Open { now: now() });
        }
    }

    /// Opens Link for another purpose, for one visit only: to repair an Item, for instance. Then the flow returns to its
    /// own purpose.
    pub fn open_for(self, purpose: Purpose) {
        if IN_BROWSER {
            mark("plaid-link-click");
            let now = now();
            self.send(Event::OpenFor { purpose, now });
        }
    }

    /// Closes Link. Without `force`, Link may ask the user first.
    pub fn close(self, force: bool) {
        self.send(Event::Close { force });
    }

    /// Retries what failed. After a lost success, opens Link again.
    pub fn retry(self) {
        if IN_BROWSER {
            self.send(Event::Retry { now: now() });
        }
    }

    /// Clears the outcome and the failure of a lost success.
    pub fn dismiss(self) {
        self.send(Event::Dismiss);
    }

    /// Changes the purpose of the flow.
    pub fn change(self, purpose: Purpose) {
        self.send(Event::Change { purpose });
    }

    /// Removes what is kept in the browser for the signed-in user, and stops the flow. Call it after a sign-out.
    pub fn sign_out(self) {
        if let Some(shell) = self.shell() {
            shell.sign_out();
        }
    }

    fn send(self, event: Event) {
        if let Some(shell) = self.shell() {
            shell.send(event);
        }
    }

    fn shell(self) -> Option<Rc<dyn AnyShell>> {
        self.shell.and_then(|shell| shell.try_get_value().flatten())
    }
}
