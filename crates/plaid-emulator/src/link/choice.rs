//! The steps that choose a bank.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    bank::Answer,
    event::Event,
    pane::{Pane, Then, Unfit},
    visit::Visit,
};
use crate::{
    error::plaid_error,
    seed,
    world::{Health, SandboxInstitution},
};

impl Visit {
    /// To the bank that was picked beforehand, or to the search for one.
    pub(super) fn go_to_bank(&mut self) {
        match &self.bank {
            Some(bank) => {
                let bank = bank.clone();
                self.meet_bank(&bank);
            }
            None => self.go_to_banks(),
        }
    }

    pub(super) fn go_to_banks(&mut self) {
        self.bank = None;
        self.go(Pane::Banks {
            query: String::new(),
        });
    }

    pub(super) fn choose(&mut self, bank: &SandboxInstitution) {
        self.bank = Some(bank.clone());
        if self.terms.matches(bank) {
            self.tell(Event::new(EventName::MatchedSelectInstitution).matched("routing_number"));
        }
        self.tell(Event::new(EventName::SelectInstitution));
        self.meet_bank(bank);
    }

    /// A bank that is known from before needs no password again, unless it asks on its own page.
    pub(super) fn choose_saved(&mut self, bank: &SandboxInstitution) {
        self.bank = Some(bank.clone());
        self.tell(Event::new(EventName::MatchedSelectInstitution).matched("returning_user"));
        self.tell(Event::new(EventName::SelectInstitution).matched("SAVED_INSTITUTION"));
        if bank.oauth {
            self.meet_bank(bank);
        } else {
            self.username = "user_good".to_owned();
            self.offer(seed::accounts());
            self.go(Pane::Loading(Answer::Welcome));
        }
    }

    fn meet_bank(&mut self, bank: &SandboxInstitution) {
        let unfit = match bank.health {
            _ if !bank.supports(self.terms.products()) => {
                Some((EventName::SelectFilteredInstitution, Unfit::Filtered))
            }
            Health::Degraded => Some((EventName::SelectDegradedInstitution, Unfit::Degraded)),
            Health::Down => Some((EventName::SelectDownInstitution, Unfit::Down)),
            Health::NoLongerSupported => {
                let error = plaid_error("INSTITUTION_NO_LONGER_SUPPORTED");
                self.fail(error, ExitStatus::InstitutionNotSupported, Then::OtherBank);
                return;
            }
            Health::Healthy => None,
        };
        match unfit {
            Some((name, unfit)) => {
                self.tell(Event::new(name));
                self.pane = Pane::Unfit(unfit);
            }
            None => self.go_to_sign_in(),
        }
    }

    pub(super) fn go_to_sign_in(&mut self) {
        match &self.bank {
            Some(bank) if bank.oauth => self.go(Pane::Oauth),
            _ => self.go(Pane::Credential { refused: false }),
        }
    }
}
