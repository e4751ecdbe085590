//! Link's state machine: from a pane and an action to the next pane, without time, ids or HTTP.

use plaid_types::link::EventName;

use super::{
    bank,
    event::Event,
    pane::{AfterFailure, BankProblem, Ending, Pane},
    visit::Visit,
};
use crate::seed::SandboxInstitution;

/// An action of the user, the bank or the page.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Continue,
    Phone(String),
    SkipPhone,
    Code(String),
    NewBank,
    Search(String),
    Choose(&'static SandboxInstitution),
    SignIn {
        username: String,
        password: String,
    },
    /// The bank has answered.
    Answered,
    Mfa(Vec<String>),
    /// The chosen accounts, by their index in the list.
    Share(Vec<usize>),
    /// The user has left the bank's own page: the window closed, or the bank redirected to the host.
    FromBank {
        page: BankPage,
        redirected: bool,
    },
    Back,
    TryAgain,
    OtherBank,
    KeepGoing,
    Close {
        force: bool,
    },
}

/// The result of the bank's own page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BankPage {
    /// The window was closed without an answer.
    Closed,
    Allowed,
    /// The user chose this error code of Plaid.
    Failed(String),
}

impl Visit {
    /// Applies an action. One that does not fit the pane is ignored: it comes from an earlier pane.
    pub(crate) fn step(&mut self, action: Action) {
        match (self.pane.clone(), action) {
            (Pane::Over(_), _) => {}
            (pane, Action::Close { force }) => self.close(pane, force),
            (Pane::Connected, Action::Continue) => self.close(Pane::Connected, false),

            (Pane::Consent { .. }, Action::Phone(phone)) => self.phone(&phone),
            (Pane::Consent { .. } | Pane::VerifyPhone { .. }, Action::SkipPhone) => {
                self.emit(Event::new(EventName::SkipSubmitPhone));
                self.show_bank();
            }
            (Pane::VerifyPhone { phone, wrong }, Action::Code(code)) => {
                self.otp(phone, wrong, &code)
            }
            (Pane::SavedBanks(_), Action::NewBank) => {
                self.emit(Event::new(EventName::ConnectNewInstitution));
                self.show_bank();
            }

            (Pane::Banks { query: old }, Action::Search(query)) => {
                let query = query.trim().to_owned();
                if !query.is_empty() && query != old {
                    let mut event = Event::new(EventName::SearchInstitution);
                    event.metadata.institution_search_query = Some(query.clone());
                    self.emit(event);
                }
                self.pane = Pane::Banks { query };
            }
            (Pane::Banks { .. }, Action::Choose(bank)) => self.choose(bank),
            (Pane::SavedBanks(saved), Action::Choose(bank)) if saved.contains(&bank.id) => {
                self.choose_saved(bank)
            }
            (Pane::BankProblem(BankProblem::Degraded), Action::Continue) => self.show_sign_in(),

            (Pane::Credential { .. }, Action::SignIn { username, password }) => {
                self.emit(Event::new(EventName::SubmitCredentials));
                let username = username.trim();
                let answer = bank::sign_in(username, &password);
                self.offer(bank::accounts(username, &password));
                self.username = username.to_owned();
                self.show(Pane::Loading(answer));
            }
            (Pane::Loading(answer), Action::Answered) => self.answered(answer),
            (Pane::Mfa { challenge, .. }, Action::Mfa(answers)) => {
                self.emit(Event::new(EventName::SubmitMfa).mfa(challenge.mfa_type()));
                self.show(Pane::Loading(challenge.answer(&answers)));
            }

            (Pane::Accounts { .. }, Action::Share(places)) => {
                for (place, offered) in self.accounts.iter_mut().enumerate() {
                    offered.chosen = offered.fits && places.contains(&place);
                }
                let chosen = self.accounts.iter().filter(|offered| offered.chosen);
                if self.terms.allows_count(chosen.count()) {
                    self.show(Pane::Connected);
                } else {
                    self.pane = Pane::Accounts { refused: true };
                }
            }

            (Pane::Oauth, Action::Continue) => {
                self.emit(Event::new(EventName::OpenOauth));
                self.pane = Pane::AtBank;
            }
            (Pane::AtBank, Action::FromBank { page, redirected }) => {
                self.return_from_bank(page, redirected)
            }

            (
                Pane::Failed {
                    then: AfterFailure::Retry,
                    ..
                },
                Action::TryAgain,
            ) => self.show_sign_in(),
            (
                Pane::Failed {
                    then: AfterFailure::OtherBank,
                    ..
                }
                | Pane::BankProblem(_),
                Action::OtherBank,
            ) => self.show_banks(),
            (Pane::Exit { from }, Action::KeepGoing) => self.show(*from),

            (_, Action::Back) if !self.can_go_back() => {}
            (Pane::VerifyPhone { .. }, Action::Back) => self.show(Pane::Consent { refused: false }),
            (Pane::AtBank, Action::Back) => self.show(Pane::Oauth),
            (_, Action::Back) => self.show_banks(),
            _ => {}
        }
    }

    /// Whether the pane has a button to go back.
    pub(crate) fn can_go_back(&self) -> bool {
        match &self.pane {
            Pane::VerifyPhone { .. } | Pane::AtBank => true,
            Pane::Credential { .. } | Pane::Mfa { .. } | Pane::Oauth | Pane::BankProblem(_) => {
                self.terms.update.is_none()
            }
            _ => false,
        }
    }

    fn close(&mut self, pane: Pane, force: bool) {
        let ends = match &pane {
            Pane::Connected => {
                self.emit(Event::new(EventName::Handoff));
                self.pane = Pane::Over(Ending::Connected);
                return;
            }
            Pane::Exit { .. } => true,
            _ => force || !pane.confirms_exit(),
        };
        if !ends {
            self.show(Pane::Exit {
                from: Box::new(pane),
            });
            return;
        }
        let status = pane.exit_status();
        let mut event = Event::new(EventName::Exit).because(self.error.as_ref());
        event.metadata.exit_status = Some(status.clone());
        self.emit(event);
        self.pane = Pane::Over(Ending::Left(status));
    }
}

#[cfg(test)]
mod tests;
