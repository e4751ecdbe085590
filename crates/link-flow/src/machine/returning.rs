//! The return from a bank.

use super::Machine;
use crate::effect::Effect;
use crate::failure::{Failure, FailureKind};
use crate::purpose::Purpose;
use crate::resume::{ResumeError, ResumeRecord};
use crate::state::HandlerState;
use crate::token::Token;

impl Machine {
    pub(super) fn begin_return(&mut self) {
        self.next_attempt();
        self.state.handler = HandlerState::Returning;
        self.effects.push(Effect::ReadResume);
    }

    pub(super) fn resumed(&mut self, record: ResumeRecord, redirect_uri: String) {
        if let HandlerState::Returning = self.state.handler {
            let token = Token::resumed(record.link_token, record.expires_at, redirect_uri);
            self.state.purpose = Purpose::from_parts(record.item_id, record.account_selection);
            self.create(token, true);
        }
    }

    pub(super) fn resume_failed(&mut self, error: ResumeError) {
        if let HandlerState::Returning = self.state.handler {
            let failure = Failure::new(FailureKind::Resume(error), error.to_string());
            self.fail(failure, false);
        }
    }
}
