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

/// Runs the whole life of a Link session against the app's own backend.
///
/// A token is fetched and a handler created ahead of the click, expired tokens are replaced, a success is submitted until the backend has it, over reloads and
/// lost connections, and the way back from a bank's OAuth page.
///
/// The decisions are [`link_flow`]'s; this carries them out. On a server it is inert.
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

/// What [`use_link_flow`] returns: signals, and what can be done. `Copy`, as signals are.
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
    /// Where the flow stands; changes with every step.
    pub stage: ReadSignal<Stage>,
    /// Why there is no handler, or why the backend does not have a success yet or never will; for a notice.
    pub failure: ReadSignal<Option<Failure>>,
    /// How the last visit to Link ended; none from the opening of the next on.
    pub outcome: ReadSignal<Option<Outcome>>,
    shell: Option<StoredValue<Option<Rc<dyn AnyShell>>, LocalStorage>>,
}

impl std::fmt::Debug for UseLinkFlowReturn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UseLinkFlowReturn").finish_non_exhaustive()
    }
}

impl UseLinkFlowReturn {
    /// Shows Link for what the flow is usually for: at once when it is ready, otherwise as soon as it is.
    pub fn open(self) {
        if IN_BROWSER {
            mark("plaid-link-click");
            self.send(Event::Open { now: now() });
        }
    }

    /// Shows Link for this, and for this visit only: an Item to repair, say. The flow then goes back to what it is
    /// usually for.
    pub fn open_for(self, purpose: Purpose) {
        if IN_BROWSER {
            mark("plaid-link-click");
            let now = now();
            self.send(Event::OpenFor { purpose, now });
        }
    }

    /// Closes Link; without `force` it may ask whether the user is sure.
    pub fn close(self, force: bool) {
        self.send(Event::Close { force });
    }

    /// Tries again what failed; what is lost, by a new visit.
    pub fn retry(self) {
        if IN_BROWSER {
            self.send(Event::Retry { now: now() });
        }
    }

    /// Forgets how the last visit ended, once the user knows.
    pub fn dismiss(self) {
        self.send(Event::Dismiss);
    }

    /// Uses the flow for something else from now on.
    pub fn change(self, purpose: Purpose) {
        self.send(Event::Change { purpose });
    }

    fn send(self, event: Event) {
        let shell = self.shell.and_then(|shell| shell.try_get_value().flatten());
        if let Some(shell) = shell {
            shell.send(event);
        }
    }
}
