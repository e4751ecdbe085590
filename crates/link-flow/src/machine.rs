//! The decisions. One function an event, the table of contents first.

use crate::effect::Effect;
use crate::event::{Event, Submitted};
use crate::failure::{Failure, FailureKind};
use crate::outbox::{OutboxError, Success, SuccessId, Unsent};
use crate::outcome::{Exit, Outcome};
use crate::purpose::Purpose;
use crate::resume::{ResumeError, ResumeRecord};
use crate::state::{Attempt, HandlerState, State};
use crate::token::{Millis, Token};

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
        Event::Open { now } => machine.open_usual(now),
        Event::OpenFor { purpose, now } => machine.open_for(purpose, now),
        Event::Close { force } => machine.close(force),
        Event::Retry { now } => machine.retry(now),
        Event::Dismiss => machine.end(None),
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
        Event::Return => machine.come_back(),
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
        if let HandlerState::Absent = self.state.handler {
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
        self.forget_resume();
        self.drop_handler();
    }

    fn forget_resume(&mut self) {
        if let Some(link_token) = self.state.resumable().cloned() {
            self.effects.push(Effect::ForgetResume { link_token });
        }
    }

    fn drop_handler(&mut self) {
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
        if self.state.usual != purpose {
            self.state.usual = purpose;
        }
        if self.turn_back() {
            self.end(None);
            if !matches!(self.state.handler, HandlerState::Absent) {
                self.prepare(false);
            }
        }
    }

    fn open_usual(&mut self, now: Millis) {
        if let HandlerState::Open(_) = self.state.handler {
            return;
        }
        if self.turn_back() {
            self.end(None);
            self.prepare(true);
        } else {
            self.open(now);
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
        if was_else {
            self.state.purpose = self.state.usual.clone();
        }
        was_else
    }

    fn open(&mut self, now: Millis) {
        match &mut self.state.handler {
            HandlerState::Open(_) | HandlerState::Returning => {}
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
            HandlerState::Absent
            | HandlerState::Ready(_)
            | HandlerState::Failed { .. }
            | HandlerState::Returning => {}
        }
    }

    fn retry(&mut self, now: Millis) {
        let is_lost = matches!(self.state.outcome, Some(Outcome::Lost(_)));
        self.resend_all(now);
        match &mut self.state.handler {
            HandlerState::Failed {
                resumed: Some(token),
                ..
            } => {
                let token = token.clone();
                self.state.handler = HandlerState::Absent;
                self.next_attempt();
                self.create(token, true);
            }
            HandlerState::Failed { failure, .. } if matches!(failure.kind, FailureKind::Resume(error) if !error.is_final()) =>
            {
                self.come_back();
            }
            HandlerState::Failed {
                open_when_ready, ..
            } => {
                let open_when_ready = *open_when_ready;
                self.state.refused_tokens = 0;
                self.prepare(open_when_ready);
            }
            // Only a new visit helps.
            _ if is_lost => self.open_usual(now),
            _ => {}
        }
    }

    /// A token that is as good as none is like one that Link refuses.
    fn token_granted(&mut self, attempt: Attempt, token: Option<Token>) {
        let HandlerState::FetchingToken { open_when_ready } = self.state.handler else {
            return;
        };
        if attempt == self.state.attempt {
            match token {
                Some(token) => self.create(token, open_when_ready),
                None => self.token_was_refused(open_when_ready),
            }
        }
    }

    fn create(&mut self, token: Token, open_when_ready: bool) {
        self.effects.push(Effect::CreateHandler {
            attempt: self.state.attempt,
            purpose: self.state.purpose.clone(),
            link_token: token.link_token.clone(),
            received_redirect_uri: token.redirect_uri.clone(),
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
            self.fail(failure, open_when_ready);
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
        let resumed = self.state.token().cloned();
        let resumed = resumed.filter(|token| token.redirect_uri.is_some());
        if resumed.is_none() {
            self.forget_resume();
        }
        self.drop_handler();
        self.state.handler = HandlerState::Failed {
            failure,
            open_when_ready,
            resumed,
        };
    }

    fn exited(&mut self, attempt: Attempt, exit: Exit) {
        if attempt != self.state.attempt || !self.has_handler() {
            return;
        }
        let refused = exit.error_code() == Some("INVALID_LINK_TOKEN");
        self.end(Some(Outcome::Left(exit)));
        let was_else = self.turn_back();
        if refused {
            self.token_was_refused(false);
            return;
        }
        self.state.refused_tokens = 0;
        let token = self.state.token();
        // A handler that came back from a bank cannot begin anew, nor one for something else.
        if was_else || token.is_some_and(|token| token.redirect_uri.is_some()) {
            self.prepare(false);
            return;
        }
        self.forget_resume();
        match std::mem::take(&mut self.state.handler) {
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

    /// A new token, but not for ever: whoever refuses three in a row will refuse the fourth.
    fn token_was_refused(&mut self, open_when_ready: bool) {
        self.destroy();
        self.state.refused_tokens = self.state.refused_tokens.saturating_add(1);
        if self.state.refused_tokens < MOST_REFUSED_TOKENS {
            self.prepare(open_when_ready);
        } else {
            let message =
                "one Link token after the other was refused by Link, or had expired when it came";
            let failure = Failure::new(FailureKind::TokensRefused, message);
            self.fail(failure, open_when_ready);
        }
    }
}

/// The outbox: successes on their way to the backend.
impl Machine {
    fn succeeded(&mut self, attempt: Attempt, success: Success) {
        if attempt == self.state.attempt && self.has_handler() {
            // Its token is used up.
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
            self.lose(id, failure);
            return;
        }
        let in_flight = |unsent: &&mut Unsent| unsent.id == id && unsent.failure.is_none();
        if let Some(unsent) = self.state.outbox.iter_mut().find(in_flight) {
            unsent.failures = unsent.failures.saturating_add(1);
            unsent.failure = Some(unsent.success.failed(failure));
            self.effects.push(Effect::ResendAfter {
                id,
                delay: unsent.backoff(),
            });
        }
    }

    fn lose(&mut self, id: SuccessId, failure: Failure) {
        if let Some(success) = self.take_unsent(id) {
            self.effects.push(Effect::ForgetSuccess(success.clone()));
            let failure = success.failed(failure);
            self.state.delivered = Some(success);
            self.end(Some(Outcome::Lost(failure)));
        }
    }

    fn resend(&mut self, id: SuccessId, now: Millis) {
        let waiting = |unsent: &&mut Unsent| unsent.id == id && unsent.failure.is_some();
        let Some(unsent) = self.state.outbox.iter_mut().find(waiting) else {
            return;
        };
        if unsent.success.is_expired(now) {
            self.lose(id, OutboxError::Expired.into());
            return;
        }
        unsent.failure = None;
        self.effects.push(Effect::Submit {
            id,
            success: unsent.success.clone(),
        });
    }

    fn resend_all(&mut self, now: Millis) {
        // From the end: what is lost on the way moves nothing that is still to come.
        for index in (0..self.state.outbox.len()).rev() {
            self.resend(self.state.outbox[index].id, now);
        }
    }

    /// Of what was another's, or cannot be read, there is nothing to tell.
    fn restore_failed(&mut self, error: OutboxError) {
        if error == OutboxError::Expired {
            self.end(Some(Outcome::Lost(error.into())));
        }
    }
}

/// The way back from a bank.
impl Machine {
    fn come_back(&mut self) {
        self.next_attempt();
        self.state.handler = HandlerState::Returning;
        self.effects.push(Effect::ReadResume);
    }

    fn resumed(&mut self, record: ResumeRecord, redirect_uri: String) {
        if let HandlerState::Returning = self.state.handler {
            let token = Token::resumed(record.link_token, record.expires_at, redirect_uri);
            self.state.purpose = Purpose::from_parts(record.item_id, record.account_selection);
            self.create(token, true);
        }
    }

    fn resume_failed(&mut self, error: ResumeError) {
        if let HandlerState::Returning = self.state.handler {
            let failure = Failure::new(FailureKind::Resume(error), error.to_string());
            self.fail(failure, false);
        }
    }
}
