//! The outbox: successes that are submitted to the backend.

use super::Machine;
use crate::effect::Effect;
use crate::event::Submitted;
use crate::failure::Failure;
use crate::outbox::{OutboxError, Success, SuccessId, Unsent};
use crate::outcome::Outcome;
use crate::purpose::Purpose;
use crate::state::Attempt;
use crate::token::Millis;

impl Machine {
    pub(super) fn succeeded(&mut self, attempt: Attempt, success: Success) {
        if attempt == self.state.attempt && self.has_handler() {
            // The token is used up.
            self.destroy();
            self.restore_purpose();
            self.state.refused_tokens = 0;
        }
        if success.public_token.is_none() && success.purpose == Purpose::NewItem {
            self.set_outcome(Some(Outcome::Finished));
        } else {
            self.submit(success);
        }
    }

    /// Adds a success to the outbox, unless it is known already: Link sometimes reports one twice.
    pub(super) fn submit(&mut self, success: Success) {
        let known = self.state.outbox.iter().map(|unsent| &unsent.success);
        if known
            .chain(&self.state.delivered)
            .any(|known| known.is_same(&success))
        {
            return;
        }
        let id = SuccessId(self.state.successes);
        self.state.successes = self.state.successes.wrapping_add(1);
        self.set_outcome(None);
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

    pub(super) fn acknowledged(&mut self, id: SuccessId, submitted: Submitted) {
        if let Some(success) = self.take_unsent(id) {
            self.effects.push(Effect::ForgetSuccess(success.clone()));
            self.state.delivered = Some(success);
            self.set_outcome(Some(match submitted {
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

    pub(super) fn submit_failed(&mut self, id: SuccessId, failure: Failure) {
        if failure.kind.is_final() {
            self.give_up(id, failure);
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

    fn give_up(&mut self, id: SuccessId, failure: Failure) {
        if let Some(success) = self.take_unsent(id) {
            self.effects.push(Effect::ForgetSuccess(success.clone()));
            let failure = success.failed(failure);
            self.state.delivered = Some(success);
            self.set_outcome(Some(Outcome::Lost(failure)));
        }
    }

    pub(super) fn resend(&mut self, id: SuccessId, now: Millis) {
        let waiting = |unsent: &&mut Unsent| unsent.id == id && unsent.failure.is_some();
        let Some(unsent) = self.state.outbox.iter_mut().find(waiting) else {
            return;
        };
        if unsent.success.is_expired(now) {
            self.give_up(id, OutboxError::Expired.into());
            return;
        }
        unsent.failure = None;
        self.effects.push(Effect::Submit {
            id,
            success: unsent.success.clone(),
        });
    }

    pub(super) fn resend_all(&mut self, now: Millis) {
        // In reverse, since a success that has expired is removed on the way.
        for index in (0..self.state.outbox.len()).rev() {
            self.resend(self.state.outbox[index].id, now);
        }
    }

    /// Records of another user, and records that cannot be read, are ignored.
    pub(super) fn restore_failed(&mut self, error: OutboxError) {
        if error == OutboxError::Expired {
            self.set_outcome(Some(Outcome::Lost(error.into())));
        }
    }
}
