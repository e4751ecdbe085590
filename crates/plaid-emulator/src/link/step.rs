//! What the user does in a pane, and where that leads: Link's state machine, without time, ids or HTTP.

use plaid_types::link::EventName;

use super::{
    bank,
    event::Event,
    pane::{Ending, Pane, Then, Unfit},
    visit::Visit,
};
use crate::world::SandboxInstitution;

/// What the user, the bank or the page does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Continue,
    Phone(String),
    SkipPhone,
    Code(String),
    NewBank,
    Search(String),
    Choose(SandboxInstitution),
    SignIn {
        username: String,
        password: String,
    },
    /// The bank has answered what was asked.
    Answered,
    Mfa(Vec<String>),
    /// Which accounts, by their place in the list.
    Share(Vec<usize>),
    /// The bank's own page has been left: its window, or by a redirect to a new page of the host.
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

/// How the user came back from the bank's own page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BankPage {
    /// The window was closed before an answer.
    Closed,
    Allowed,
    /// With Plaid's code for why.
    Failed(String),
}

impl Visit {
    /// Takes one step. What does not fit the pane changes nothing: it comes from a pane that is gone.
    pub(crate) fn step(&mut self, act: Act) {
        match (self.pane.clone(), act) {
            (Pane::Over(_), _) => {}
            (pane, Act::Close { force }) => self.close(pane, force),
            (Pane::Connected, Act::Continue) => self.close(Pane::Connected, false),

            (Pane::Consent { .. }, Act::Phone(phone)) => self.phone(&phone),
            (Pane::Consent { .. } | Pane::VerifyPhone { .. }, Act::SkipPhone) => {
                self.tell(Event::new(EventName::SkipSubmitPhone));
                self.go_to_bank();
            }
            (Pane::VerifyPhone { phone, wrong }, Act::Code(code)) => self.otp(phone, wrong, &code),
            (Pane::SavedBanks(_), Act::NewBank) => {
                self.tell(Event::new(EventName::ConnectNewInstitution));
                self.go_to_bank();
            }

            (Pane::Banks { query: old }, Act::Search(query)) => {
                let query = query.trim().to_owned();
                if !query.is_empty() && query != old {
                    let mut event = Event::new(EventName::SearchInstitution);
                    event.metadata.institution_search_query = Some(query.clone());
                    self.tell(event);
                }
                self.pane = Pane::Banks { query };
            }
            (Pane::Banks { .. }, Act::Choose(bank)) => self.choose(&bank),
            (Pane::SavedBanks(saved), Act::Choose(bank)) if saved.contains(&bank.id.as_str()) => {
                self.choose_saved(&bank)
            }
            (Pane::Unfit(Unfit::Degraded), Act::Continue) => self.go_to_sign_in(),

            (Pane::Credential { .. }, Act::SignIn { username, password }) => {
                self.tell(Event::new(EventName::SubmitCredentials));
                let username = username.trim();
                let answer = bank::sign_in(username, &password);
                self.offer(bank::holdings(username, &password));
                self.username = username.to_owned();
                self.go(Pane::Loading(answer));
            }
            (Pane::Loading(answer), Act::Answered) => self.answered(answer),
            (Pane::Mfa { challenge, .. }, Act::Mfa(answers)) => {
                self.tell(Event::new(EventName::SubmitMfa).mfa(challenge.mfa_type()));
                self.go(Pane::Loading(challenge.answer(&answers)));
            }

            (Pane::Accounts { .. }, Act::Share(places)) => {
                for (place, offered) in self.accounts.iter_mut().enumerate() {
                    offered.chosen = offered.fits && places.contains(&place);
                }
                let chosen = self.accounts.iter().filter(|offered| offered.chosen);
                if self.terms.takes(chosen.count()) {
                    self.go(Pane::Connected);
                } else {
                    self.pane = Pane::Accounts { refused: true };
                }
            }

            (Pane::Oauth, Act::Continue) => {
                self.tell(Event::new(EventName::OpenOauth));
                self.pane = Pane::AtBank;
            }
            (Pane::AtBank, Act::FromBank { page, redirected }) => {
                self.come_from_bank(page, redirected)
            }

            (
                Pane::Failed {
                    then: Then::Retry, ..
                },
                Act::TryAgain,
            ) => self.go_to_sign_in(),
            (
                Pane::Failed {
                    then: Then::OtherBank,
                    ..
                }
                | Pane::Unfit(_),
                Act::OtherBank,
            ) => self.go_to_banks(),
            (Pane::Exit { from }, Act::KeepGoing) => self.go(*from),

            (_, Act::Back) if !self.can_go_back() => {}
            (Pane::VerifyPhone { .. }, Act::Back) => self.go(Pane::Consent { refused: false }),
            (Pane::AtBank, Act::Back) => self.go(Pane::Oauth),
            (_, Act::Back) => self.go_to_banks(),
            _ => {}
        }
    }

    /// Whether there is a pane to go back to.
    pub(crate) fn can_go_back(&self) -> bool {
        match &self.pane {
            Pane::VerifyPhone { .. } | Pane::AtBank => true,
            Pane::Credential { .. } | Pane::Mfa { .. } | Pane::Oauth | Pane::Unfit(_) => {
                self.terms.update.is_none()
            }
            _ => false,
        }
    }

    fn close(&mut self, pane: Pane, force: bool) {
        let leaves = match &pane {
            Pane::Connected => {
                self.tell(Event::new(EventName::Handoff));
                self.pane = Pane::Over(Ending::Connected);
                return;
            }
            Pane::Exit { .. } => true,
            _ => force || !pane.is_worth_keeping(),
        };
        if !leaves {
            self.go(Pane::Exit {
                from: Box::new(pane),
            });
            return;
        }
        let status = pane.exit_status();
        let mut event = Event::new(EventName::Exit).because(self.error.as_ref());
        event.metadata.exit_status = Some(status.clone());
        self.tell(event);
        self.pane = Pane::Over(Ending::Left(status));
    }
}

#[cfg(test)]
mod tests;
