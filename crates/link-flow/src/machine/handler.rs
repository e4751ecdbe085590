//! The handler: prepared, opened and closed.

use super::Machine;
use crate::effect::Effect;
use crate::failure::{Failure, FailureKind};
use crate::outcome::{Exit, Outcome};
use crate::purpose::Purpose;
use crate::state::{Attempt, HandlerState};
use crate::token::{Millis, Token};

/// The number of refused tokens in a row after which the flow fails.
const MAX_REFUSED_TOKENS: u8 = 3;

impl Machine {
    pub(super) fn prepare_if_absent(&mut self) {
        if let HandlerState::Absent = self.state.handler {
            self.prepare(false);
        }
    }

    /// Drops the handler and fetches a token for the next one.
    fn prepare(&mut self, open_when_ready: bool) {
        let attempt = self.next_attempt();
        let purpose = self.state.purpose.clone();
        self.state.handler = HandlerState::FetchingToken { open_when_ready };
        self.effects.push(Effect::FetchToken { attempt, purpose });
    }

    pub(super) fn next_attempt(&mut self) -> Attempt {
        self.destroy();
        self.state.attempt = Attempt(self.state.attempt.0.wrapping_add(1));
        self.state.attempt
    }

    pub(super) fn destroy(&mut self) {
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

    pub(super) fn has_handler(&self) -> bool {
        matches!(
            self.state.handler,
            HandlerState::Creating { .. } | HandlerState::Ready(_) | HandlerState::Open(_)
        )
    }

    pub(super) fn change(&mut self, purpose: Purpose) {
        if self.state.usual != purpose {
            self.state.usual = purpose;
        }
        if self.restore_purpose() {
            self.set_outcome(None);
            if !matches!(self.state.handler, HandlerState::Absent) {
                self.prepare(false);
            }
        }
    }

    pub(super) fn open_usual(&mut self, now: Millis) {
        if let HandlerState::Open(_) = self.state.handler {
            return;
        }
        if self.restore_purpose() {
            self.set_outcome(None);
            self.prepare(true);
        } else {
            self.open(now);
        }
    }

    pub(super) fn open_for(&mut self, purpose: Purpose, now: Millis) {
        if let HandlerState::Open(_) = self.state.handler {
            return;
        }
        if self.state.purpose != purpose {
            self.state.purpose = purpose;
            self.set_outcome(None);
            self.prepare(true);
        } else {
            self.open(now);
        }
    }

    /// Restores the flow's own purpose. Returns whether it was another one.
    pub(super) fn restore_purpose(&mut self) -> bool {
        let has_changed = self.state.purpose != self.state.usual;
        if has_changed {
            self.state.purpose = self.state.usual.clone();
        }
        has_changed
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
                self.open_with(token);
            }
            HandlerState::Absent | HandlerState::Ready(_) | HandlerState::Failed { .. } => {
                self.state.refused_tokens = 0;
                self.prepare(true);
            }
        }
    }

    fn open_with(&mut self, token: Token) {
        self.set_outcome(None);
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

    pub(super) fn close(&mut self, force: bool) {
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

    pub(super) fn retry(&mut self, now: Millis) {
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
                self.begin_return();
            }
            HandlerState::Failed {
                open_when_ready, ..
            } => {
                let open_when_ready = *open_when_ready;
                self.state.refused_tokens = 0;
                self.prepare(open_when_ready);
            }
            // A lost success needs a new visit.
            _ if is_lost => self.open_usual(now),
            _ => {}
        }
    }

    /// A token that expires too soon counts as one that Link refuses.
    pub(super) fn token_granted(&mut self, attempt: Attempt, token: Option<Token>) {
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

    pub(super) fn create(&mut self, token: Token, open_when_ready: bool) {
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

    pub(super) fn token_refused(&mut self, attempt: Attempt, failure: Failure) {
        let HandlerState::FetchingToken { open_when_ready } = self.state.handler else {
            return;
        };
        if attempt == self.state.attempt {
            self.fail(failure, open_when_ready);
        }
    }

    pub(super) fn token_expired(&mut self, attempt: Attempt) {
        if attempt == self.state.attempt && matches!(self.state.handler, HandlerState::Ready(_)) {
            self.prepare(false);
        }
    }

    pub(super) fn handler_created(&mut self, attempt: Attempt) {
        if attempt != self.state.attempt {
            return;
        }
        match std::mem::take(&mut self.state.handler) {
            HandlerState::Creating {
                token,
                open_when_ready: true,
            } => self.open_with(token),
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

    pub(super) fn handler_failed(&mut self, attempt: Attempt, failure: Failure) {
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

    pub(super) fn fail(&mut self, failure: Failure, open_when_ready: bool) {
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

    pub(super) fn exited(&mut self, attempt: Attempt, exit: Exit) {
        if attempt != self.state.attempt || !self.has_handler() {
            return;
        }
        let refused = exit.error_code() == Some("INVALID_LINK_TOKEN");
        self.set_outcome(Some(Outcome::Left(exit)));
        let has_changed = self.restore_purpose();
        if refused {
            self.token_was_refused(false);
            return;
        }
        self.state.refused_tokens = 0;
        let token = self.state.token();
        // A resumed handler cannot open again. One for another purpose is no longer needed.
        if has_changed || token.is_some_and(|token| token.redirect_uri.is_some()) {
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

    /// Fetches another token, up to a limit.
    fn token_was_refused(&mut self, open_when_ready: bool) {
        self.destroy();
        self.state.refused_tokens = self.state.refused_tokens.saturating_add(1);
        if self.state.refused_tokens < MAX_REFUSED_TOKENS {
            self.prepare(open_when_ready);
        } else {
            let message = "Link refused several Link tokens in a row, or they had expired when the backend sent them";
            let failure = Failure::new(FailureKind::TokensRefused, message);
            self.fail(failure, open_when_ready);
        }
    }
}
