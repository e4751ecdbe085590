//! The decisions. One function an event, the table of contents first.

use crate::effect::Effect;
use crate::event::{Event, Submitted};
use crate::failure::{Failure, FailureKind};
use crate::outbox::{Success, SuccessId, Unsent};
use crate::resume::{ResumeError, ResumeRecord};
use crate::state::{Attempt, Exit, HandlerState, Millis, Outcome, Purpose, State, Token};

/// So many tokens in a row may be refused before the user is asked.
const MOST_REFUSED_TOKENS: u8 = 3;

/// What happens next: the new state, and what is to be done.
///
/// Total: every event has a defined result in every state, and an event that does not fit changes nothing.
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
        Event::Open { now } => machine.open_for(machine.state.usual.clone(), now),
        Event::OpenFor { purpose, now } => machine.open_for(purpose, now),
        Event::Close { force } => machine.close(force),
        Event::Retry => machine.retry(),
        Event::Dismiss => machine.end(None),
        Event::Online => machine.resend_all(),
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
        Event::ResendDue { success } => machine.resend(success),
        Event::Restored(success) => machine.submit(success),
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

/// The handler: prepared, opened, left.
impl Machine {
    fn end(&mut self, outcome: Option<Outcome>) {
        if outcome.is_some() || self.state.outcome.is_some() {
            self.state.outcome = outcome;
            self.state.outcomes = self.state.outcomes.wrapping_add(1);
        }
    }

    fn prepare_if_absent(&mut self) {
        if self.state.handler == HandlerState::Absent {
            self.prepare(false);
        }
    }

    /// A new token and a new handler; whatever was there goes.
    fn prepare(&mut self, open_when_ready: bool) {
        let attempt = self.next_attempt();
        let purpose = self.state.purpose.clone();
        self.state.handler = HandlerState::FetchingToken { open_when_ready };
        self.effects.push(Effect::FetchToken { attempt, purpose });
    }

    fn next_attempt(&mut self) -> Attempt {
        self.destroy();
        self.state.attempt = Attempt(self.state.attempt.0.wrapping_add(1));
        self.state.attempt
    }

    fn destroy(&mut self) {
        if self.has_handler() {
            self.effects.push(Effect::DestroyHandler);
        }
        self.state.handler = HandlerState::Absent;
    }

    fn has_handler(&self) -> bool {
        matches!(
            self.state.handler,
            HandlerState::Creating { .. } | HandlerState::Ready(_) | HandlerState::Open(_)
        )
    }

    fn change(&mut self, purpose: Purpose) {
        self.state.usual = purpose.clone();
        if self.state.purpose == purpose {
            return;
        }
        self.state.purpose = purpose;
        self.end(None);
        if self.state.handler != HandlerState::Absent {
            self.prepare(false);
        }
    }

    fn open_for(&mut self, purpose: Purpose, now: Millis) {
        if let HandlerState::Open(_) = self.state.handler {
            return;
        }
        if self.state.purpose != purpose {
            self.state.purpose = purpose;
            self.end(None);
            self.prepare(true);
        } else {
            self.open(now);
        }
    }

    /// Back to what the flow is usually for; whether that is something else.
    fn turn_back(&mut self) -> bool {
        let was_else = self.state.purpose != self.state.usual;
        self.state.purpose = self.state.usual.clone();
        was_else
    }

    fn open(&mut self, now: Millis) {
        match &mut self.state.handler {
            HandlerState::Open(_) => {}
            HandlerState::FetchingToken { open_when_ready }
            | HandlerState::Creating {
                open_when_ready, ..
            } => *open_when_ready = true,
            HandlerState::Ready(token) if now < token.renew_at => {
                let token = token.clone();
                self.show(token);
            }
            HandlerState::Absent | HandlerState::Ready(_) | HandlerState::Failed { .. } => {
                self.state.refused_tokens = 0;
                self.prepare(true);
            }
        }
    }

    fn show(&mut self, token: Token) {
        self.end(None);
        self.effects.push(Effect::KeepResume {
            link_token: token.link_token.clone(),
            expires_at: token.expires_at,
            purpose: self.state.purpose.clone(),
        });
        self.effects.push(Effect::OpenHandler {
            attempt: self.state.attempt,
        });
        self.state.handler = HandlerState::Open(token);
    }

    fn close(&mut self, force: bool) {
        match &mut self.state.handler {
            HandlerState::Open(_) => self.effects.push(Effect::ExitHandler { force }),
            HandlerState::FetchingToken { open_when_ready }
            | HandlerState::Creating {
                open_when_ready, ..
            } => *open_when_ready = false,
            HandlerState::Absent | HandlerState::Ready(_) | HandlerState::Failed { .. } => {}
        }
    }

    fn retry(&mut self) {
        self.resend_all();
        if let HandlerState::Failed {
            open_when_ready, ..
        } = self.state.handler
        {
            self.state.refused_tokens = 0;
            self.prepare(open_when_ready);
        }
    }

    fn token_granted(&mut self, attempt: Attempt, token: Token) {
        let HandlerState::FetchingToken { open_when_ready } = self.state.handler else {
            return;
        };
        if attempt == self.state.attempt {
            self.create(token, open_when_ready, None);
        }
    }

    fn create(&mut self, token: Token, open_when_ready: bool, redirect_uri: Option<String>) {
        self.effects.push(Effect::CreateHandler {
            attempt: self.state.attempt,
            purpose: self.state.purpose.clone(),
            link_token: token.link_token.clone(),
            received_redirect_uri: redirect_uri,
        });
        self.state.handler = HandlerState::Creating {
            token,
            open_when_ready,
        };
    }

    fn token_refused(&mut self, attempt: Attempt, failure: Failure) {
        let HandlerState::FetchingToken { open_when_ready } = self.state.handler else {
            return;
        };
        if attempt == self.state.attempt {
            self.state.handler = HandlerState::Failed {
                failure,
                open_when_ready,
            };
        }
    }

    fn token_expired(&mut self, attempt: Attempt) {
        if attempt == self.state.attempt && matches!(self.state.handler, HandlerState::Ready(_)) {
            self.prepare(false);
        }
    }

    fn handler_created(&mut self, attempt: Attempt) {
        if attempt != self.state.attempt {
            return;
        }
        match std::mem::take(&mut self.state.handler) {
            HandlerState::Creating {
                token,
                open_when_ready: true,
            } => self.show(token),
            HandlerState::Creating {
                token,
                open_when_ready: false,
            } => {
                self.effects.push(Effect::ExpireAt {
                    attempt,
                    at: token.renew_at,
                });
                self.state.handler = HandlerState::Ready(token);
            }
            other => self.state.handler = other,
        }
    }

    fn handler_failed(&mut self, attempt: Attempt, failure: Failure) {
        if attempt != self.state.attempt || !self.has_handler() {
            return;
        }
        let open_when_ready = match self.state.handler {
            HandlerState::Creating {
                open_when_ready, ..
            } => open_when_ready,
            _ => matches!(self.state.handler, HandlerState::Open(_)),
        };
        self.fail(failure, open_when_ready);
    }

    fn fail(&mut self, failure: Failure, open_when_ready: bool) {
        self.destroy();
        self.state.handler = HandlerState::Failed {
            failure,
            open_when_ready,
        };
    }

    fn exited(&mut self, attempt: Attempt, exit: Exit) {
        if attempt != self.state.attempt || !self.has_handler() {
            return;
        }
        self.effects.push(Effect::ForgetResume);
        let refused = exit.error_code() == Some("INVALID_LINK_TOKEN");
        self.end(Some(Outcome::Left(exit)));
        let was_else = self.turn_back();
        if refused {
            self.token_was_refused();
            return;
        }
        self.state.refused_tokens = 0;
        match std::mem::take(&mut self.state.handler) {
            // A handler that came back from a bank cannot begin anew, nor one for something else.
            HandlerState::Ready(token) | HandlerState::Open(token) if token.resumed || was_else => {
                self.state.handler = HandlerState::Ready(token);
                self.prepare(false);
            }
            HandlerState::Ready(token) | HandlerState::Open(token) => {
                self.effects.push(Effect::ExpireAt {
                    attempt,
                    at: token.renew_at,
                });
                self.state.handler = HandlerState::Ready(token);
            }
            HandlerState::Creating { token, .. } => {
                self.state.handler = HandlerState::Creating {
                    token,
                    open_when_ready: false,
                };
            }
            other => self.state.handler = other,
        }
    }

    /// A new token, but not for ever: whatever refuses three in a row will refuse the fourth.
    fn token_was_refused(&mut self) {
        self.state.refused_tokens = self.state.refused_tokens.saturating_add(1);
        if self.state.refused_tokens < MOST_REFUSED_TOKENS {
            self.prepare(false);
        } else {
            let message = format!("Link refused {MOST_REFUSED_TOKENS} Link tokens in a row");
            self.fail(Failure::new(FailureKind::TokensRefused, message), false);
        }
    }
}

/// The outbox: successes on their way to the backend.
impl Machine {
    fn succeeded(&mut self, attempt: Attempt, success: Success) {
        if attempt == self.state.attempt && self.has_handler() {
            // Its token is used up.
            self.effects.push(Effect::ForgetResume);
            self.destroy();
            self.turn_back();
            self.state.refused_tokens = 0;
        }
        if success.public_token.is_none() && success.purpose == Purpose::NewItem {
            self.end(Some(Outcome::Finished));
        } else {
            self.submit(success);
        }
    }

    /// Takes a success on, unless it is known already: Link has been seen to tell twice.
    fn submit(&mut self, success: Success) {
        let known = self.state.outbox.iter().map(|unsent| &unsent.success);
        if known
            .chain(&self.state.delivered)
            .any(|known| known.is_same(&success))
        {
            return;
        }
        let id = SuccessId(self.state.successes);
        self.state.successes = self.state.successes.wrapping_add(1);
        self.end(None);
        self.effects.push(Effect::KeepSuccess(success.clone()));
        self.effects.push(Effect::Submit {
            id,
            success: success.clone(),
        });
        self.state.outbox.push(Unsent {
            id,
            success,
            failures: 0,
            failure: None,
        });
    }

    fn acknowledged(&mut self, id: SuccessId, submitted: Submitted) {
        if let Some(success) = self.take_unsent(id) {
            self.effects.push(Effect::ForgetSuccess(success.clone()));
            self.state.delivered = Some(success);
            self.end(Some(match submitted {
                Submitted::Linked(item_id) => Outcome::Linked(item_id),
                Submitted::Repaired(item_id) => Outcome::Repaired(item_id),
                Submitted::Duplicate(item_id) => Outcome::Duplicate(item_id),
            }));
        }
    }

    fn take_unsent(&mut self, id: SuccessId) -> Option<Success> {
        let index = self
            .state
            .outbox
            .iter()
            .position(|unsent| unsent.id == id)?;
        Some(self.state.outbox.remove(index).success)
    }

    fn submit_failed(&mut self, id: SuccessId, failure: Failure) {
        if failure.kind.is_final() {
            if let Some(success) = self.take_unsent(id) {
                self.effects.push(Effect::ForgetSuccess(success.clone()));
                self.state.delivered = Some(success);
                self.end(Some(Outcome::Lost(failure)));
            }
            return;
        }
        let in_flight = |unsent: &&mut Unsent| unsent.id == id && unsent.failure.is_none();
        if let Some(unsent) = self.state.outbox.iter_mut().find(in_flight) {
            unsent.failures = unsent.failures.saturating_add(1);
            unsent.failure = Some(failure);
            self.effects.push(Effect::ResendAfter {
                id,
                delay: unsent.backoff(),
            });
        }
    }

    fn resend(&mut self, id: SuccessId) {
        let waiting = |unsent: &&mut Unsent| unsent.id == id && unsent.failure.is_some();
        if let Some(unsent) = self.state.outbox.iter_mut().find(waiting) {
            unsent.failure = None;
            self.effects.push(Effect::Submit {
                id,
                success: unsent.success.clone(),
            });
        }
    }

    fn resend_all(&mut self) {
        for index in 0..self.state.outbox.len() {
            self.resend(self.state.outbox[index].id);
        }
    }
}

/// The way back from a bank.
impl Machine {
    fn resumed(&mut self, record: ResumeRecord, redirect_uri: String) {
        self.next_attempt();
        let token = Token::resumed(record.link_token, record.expires_at);
        self.state.purpose = Purpose::from_parts(record.item_id, record.account_selection);
        self.create(token, true, Some(redirect_uri));
    }

    fn resume_failed(&mut self, error: ResumeError) {
        self.next_attempt();
        if error != ResumeError::Unreachable {
            self.effects.push(Effect::ForgetResume);
        }
        let failure = Failure::new(FailureKind::Resume(error), error.to_string());
        self.state.handler = HandlerState::Failed {
            failure,
            open_when_ready: false,
        };
    }
}
