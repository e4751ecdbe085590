//! The steps of the choice of a bank.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    challenge::Answer,
    event::Event,
    pane::{AfterFailure, BankProblem, Pane},
    visit::Visit,
};
use crate::{
    error::plaid_error,
    seed::{self, Health, SandboxInstitution},
};

impl Visit {
    /// Shows the bank that is chosen already, or the search for a bank.
    pub(super) fn show_bank(&mut self) {
        match self.bank {
            Some(bank) => self.enter_bank(bank),
            None => self.show_banks(),
        }
    }

    pub(super) fn show_banks(&mut self) {
        self.bank = None;
        self.show(Pane::Banks {
            query: String::new(),
        });
    }

    pub(super) fn choose(&mut self, bank: &'static SandboxInstitution) {
        self.bank = Some(bank);
        if self.terms.matches(bank) {
            self.emit(Event::new(EventName::MatchedSelectInstitution).matched("routing_number"));
        }
        self.emit(Event::new(EventName::SelectInstitution));
        self.enter_bank(bank);
    }

    /// Chooses a saved bank. It needs no password, unless it has its own page.
    pub(super) fn choose_saved(&mut self, bank: &'static SandboxInstitution) {
        self.bank = Some(bank);
        self.emit(Event::new(EventName::MatchedSelectInstitution).matched("returning_user"));
        self.emit(Event::new(EventName::SelectInstitution).matched("SAVED_INSTITUTION"));
        if bank.oauth {
            self.enter_bank(bank);
        } else {
            self.username = "user_good".to_owned();
            self.offer(seed::accounts());
            self.show(Pane::Loading(Answer::Welcome));
        }
    }

    fn enter_bank(&mut self, bank: &'static SandboxInstitution) {
        let problem = match bank.health {
            _ if !bank.supports(self.terms.products()) => {
                Some((EventName::SelectFilteredInstitution, BankProblem::Filtered))
            }
            Health::Degraded => Some((EventName::SelectDegradedInstitution, BankProblem::Degraded)),
            Health::Down => Some((EventName::SelectDownInstitution, BankProblem::Down)),
            Health::NoLongerSupported => {
                let error = plaid_error("INSTITUTION_NO_LONGER_SUPPORTED");
                self.fail(
                    error,
                    ExitStatus::InstitutionNotSupported,
                    AfterFailure::OtherBank,
                );
                return;
            }
            Health::Healthy => None,
        };
        match problem {
            Some((name, problem)) => {
                self.emit(Event::new(name));
                self.pane = Pane::BankProblem(problem);
            }
            None => self.show_sign_in(),
        }
    }

    pub(super) fn show_sign_in(&mut self) {
        match &self.bank {
            Some(bank) if bank.oauth => self.show(Pane::Oauth),
            _ => self.show(Pane::Credential { refused: false }),
        }
    }
}
