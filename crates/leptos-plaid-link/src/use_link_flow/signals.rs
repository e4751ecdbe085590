//! The signals of a flow.

use std::cell::RefCell;

use leptos::prelude::*;
use link_flow::{Failure, Outcome, Stage, State};

/// The signals that the host reads.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    pub(super) stage: RwSignal<Stage>,
    pub(super) failure: RwSignal<Option<Failure>>,
    pub(super) outcome: RwSignal<Option<Outcome>>,
}

impl Signals {
    pub(super) fn new() -> Self {
        Self {
            stage: RwSignal::new(Stage::Idle),
            failure: RwSignal::new(None),
            outcome: RwSignal::new(None),
        }
    }

    /// Sets the signals whose values have changed. `outcomes_before` is the count of outcomes before the step.
    pub(super) fn publish(self, state: &RefCell<State>, outcomes_before: u32) {
        let state = state.borrow();
        let stage = state.stage();
        let failure = match &state.outcome {
            Some(Outcome::Lost(failure)) => stage.failure().or(Some(failure)),
            _ => stage.failure(),
        };
        let failure = failure.cloned();
        let outcome = (state.outcomes != outcomes_before).then(|| state.outcome.clone());
        // The host may react at once, and send the next event.
        drop(state);
        if self.failure.try_with_untracked(|old| *old != failure) == Some(true) {
            self.failure.try_set(failure);
        }
        if self.stage.try_with_untracked(|old| *old != stage) == Some(true) {
            self.stage.try_set(stage);
        }
        if let Some(outcome) = outcome {
            self.outcome.try_set(outcome);
        }
    }
}
