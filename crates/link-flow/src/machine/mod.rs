//! The state machine: one method for each event.

mod handler;
mod outbox;
mod returning;

use crate::effect::Effect;
use crate::event::Event;
use crate::outcome::Outcome;
use crate::state::State;
use crate::token::Token;

/// Returns the next state and the effects to carry out.
///
/// Every state accepts every event. An event that does not fit changes nothing.
///
/// ```
/// use link_flow::{Attempt, Effect, Event, Purpose, State, step};
///
/// let (state, effects) = step(State::default(), Event::Prepare);
/// assert_eq!(effects, [Effect::FetchToken { attempt: Attempt(1), purpose: Purpose::NewItem }]);
/// # let _ = state;
/// ```
#[must_use]
pub fn step(state: State, event: Event) -> (State, Vec<Effect>) {
    let mut machine = Machine {
        state,
        effects: Vec::new(),
    };
    match event {
        Event::Prepare => machine.prepare_if_absent(),
        Event::Change { purpose } => machine.change(purpose),
        Event::Open { now } => machine.open_usual(now),
        Event::OpenFor { purpose, now } => machine.open_for(purpose, now),
        Event::Close { force } => machine.close(force),
        Event::Retry { now } => machine.retry(now),
        Event::Dismiss => machine.set_outcome(None),
        Event::Online { now } => machine.resend_all(now),
        Event::TokenGranted {
            attempt,
            link_token,
            lifetime,
            now,
        } => {
            machine.token_granted(attempt, Token::fresh(link_token, lifetime, now));
        }
        Event::TokenRefused { attempt, failure } => machine.token_refused(attempt, failure),
        Event::TokenExpired { attempt } => machine.token_expired(attempt),
        Event::HandlerCreated { attempt } => machine.handler_created(attempt),
        Event::HandlerFailed { attempt, failure } => machine.handler_failed(attempt, failure),
        Event::Succeeded { attempt, success } => machine.succeeded(attempt, success),
        Event::Exited { attempt, exit } => machine.exited(attempt, exit),
        Event::Acknowledged { success, submitted } => machine.acknowledged(success, submitted),
        Event::SubmitFailed { success, failure } => machine.submit_failed(success, failure),
        Event::ResendDue { success, now } => machine.resend(success, now),
        Event::Restored(success) => machine.submit(success),
        Event::RestoreFailed(error) => machine.restore_failed(error),
        Event::Return => machine.begin_return(),
        Event::Resumed {
            record,
            redirect_uri,
        } => machine.resumed(record, redirect_uri),
        Event::ResumeFailed(error) => machine.resume_failed(error),
    }
    (machine.state, machine.effects)
}

struct Machine {
    state: State,
    effects: Vec<Effect>,
}

impl Machine {
    /// Sets the outcome and counts the change.
    fn set_outcome(&mut self, outcome: Option<Outcome>) {
        if outcome.is_some() || self.state.outcome.is_some() {
            self.state.outcome = outcome;
            self.state.outcomes = self.state.outcomes.wrapping_add(1);
        }
    }
}
