//! What the user does in a pane, and where that leads: Link's state machine, without time, ids or HTTP.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    bank::{self, Answer},
    event::Event,
    pane::{Ending, Pane, Then, Unfit},
    phone,
    visit::{Offered, Visit},
};
use crate::{
    error::plaid_error,
    seed::AccountTemplate,
    world::{Health, SandboxInstitution},
};

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
    Allowed(Vec<AccountTemplate>),
    /// With Plaid's code for why.
    Failed(String),
}

impl Visit {
    /// Takes one step. What does not fit the pane changes nothing: it comes from a pane that is gone.
    pub(crate) fn step(&mut self, act: Act) {
        match (self.pane.clone(), act) {
            (Pane::Over(_), _) => {}
            (pane, Act::Close { force }) => self.close(pane, force),

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
                let answer = bank::sign_in(username.trim(), &password);
                self.username = username.trim().to_owned();
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
                if self.accounts.iter().any(|offered| offered.chosen) {
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

    /// An empty number stands for the one that the host knows.
    fn phone(&mut self, typed: &str) {
        let known = self
            .terms
            .request
            .user
            .phone_number
            .clone()
            .filter(|_| typed.trim().is_empty());
        let Some(phone) = known.clone().or_else(|| phone::number(typed)) else {
            self.meet(plaid_error("INVALID_PHONE_NUMBER"));
            self.pane = Pane::Consent { refused: true };
            return;
        };
        let returns = known.is_some() && !phone::saved_banks(&phone).is_empty();
        self.tell(Event::new(if returns {
            EventName::AutoSubmitPhone
        } else {
            EventName::SubmitPhone
        }));
        if phone::is_served(&phone) {
            self.go(Pane::VerifyPhone { phone, wrong: 0 });
        } else {
            self.go_to_bank();
        }
    }

    /// Three wrong codes end it.
    fn otp(&mut self, phone: String, wrong: u8, code: &str) {
        self.tell(Event::new(EventName::SubmitOtp));
        match (code.trim() == phone::OTP, wrong) {
            (true, _) => {
                self.tell(Event::new(EventName::VerifyPhone));
                match phone::saved_banks(&phone) {
                    saved if self.bank.is_none() && !saved.is_empty() => {
                        self.go(Pane::SavedBanks(saved))
                    }
                    _ => self.go_to_bank(),
                }
            }
            (false, 0 | 1) => {
                self.meet(plaid_error("INVALID_OTP"));
                self.pane = Pane::VerifyPhone {
                    phone,
                    wrong: wrong + 1,
                };
            }
            (false, _) => self.fail(
                plaid_error("INVALID_OTP"),
                ExitStatus::RequiresCredentials,
                Then::OtherBank,
            ),
        }
    }

    /// To the bank that was picked beforehand, or to the search for one.
    fn go_to_bank(&mut self) {
        match &self.bank {
            Some(bank) => {
                let bank = bank.clone();
                self.meet_bank(&bank);
            }
            None => self.go_to_banks(),
        }
    }

    fn go_to_banks(&mut self) {
        self.bank = None;
        self.go(Pane::Banks {
            query: String::new(),
        });
    }

    fn choose(&mut self, bank: &SandboxInstitution) {
        self.bank = Some(bank.clone());
        if self.terms.matches(bank) {
            self.tell(Event::new(EventName::MatchedSelectInstitution).matched("routing_number"));
        }
        self.tell(Event::new(EventName::SelectInstitution));
        self.meet_bank(bank);
    }

    /// A bank that is known from before needs no password again, unless it asks on its own page.
    fn choose_saved(&mut self, bank: &SandboxInstitution) {
        self.bank = Some(bank.clone());
        self.tell(Event::new(EventName::MatchedSelectInstitution).matched("returning_user"));
        self.tell(Event::new(EventName::SelectInstitution).matched("SAVED_INSTITUTION"));
        if bank.oauth {
            self.meet_bank(bank);
        } else {
            self.username = "user_good".to_owned();
            self.go(Pane::Loading(bank::sign_in("user_good", "pass_good")));
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

    fn go_to_sign_in(&mut self) {
        match &self.bank {
            Some(bank) if bank.oauth => self.go(Pane::Oauth),
            _ => self.go(Pane::Credential { refused: false }),
        }
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Welcome(accounts) => self.welcome(accounts, false),
            Answer::Challenge(challenge) => self.go(Pane::Mfa {
                challenge,
                refused: false,
            }),
            Answer::Wrong(challenge) => {
                self.meet(plaid_error("INVALID_MFA"));
                self.go(Pane::Mfa {
                    challenge,
                    refused: true,
                });
            }
            Answer::Refused(code) if code == "INVALID_CREDENTIALS" => {
                self.meet(plaid_error(&code));
                self.go(Pane::Credential { refused: true });
            }
            Answer::Refused(code) => {
                let then = self.after(&code);
                let status = match code.as_str() {
                    "INSTITUTION_NO_LONGER_SUPPORTED" => ExitStatus::InstitutionNotSupported,
                    _ => ExitStatus::RequiresCredentials,
                };
                self.fail(plaid_error(&code), status, then);
            }
        }
    }

    /// Signed in: on to the accounts, or to the end where they are chosen already.
    fn welcome(&mut self, accounts: Vec<AccountTemplate>, chosen_at_bank: bool) {
        match self.terms.update {
            Some(update) if !update.choose_accounts => return self.go(Pane::Connected),
            Some(_) => {}
            None => {
                self.accounts = accounts
                    .into_iter()
                    .map(|template| {
                        let fits = self.terms.fits(&template);
                        Offered {
                            template,
                            fits,
                            chosen: fits && chosen_at_bank,
                        }
                    })
                    .collect();
            }
        }
        if !self.accounts.iter().any(|offered| offered.fits) {
            let then = self.after("NO_ACCOUNTS");
            self.fail(
                plaid_error("NO_ACCOUNTS"),
                ExitStatus::RequiresAccountSelection,
                then,
            );
        } else if chosen_at_bank && self.terms.update.is_none() {
            self.go(Pane::Connected);
        } else {
            self.go(Pane::Accounts { refused: false });
        }
    }

    fn come_from_bank(&mut self, page: BankPage, redirected: bool) {
        if redirected {
            self.tell(Event::new(EventName::Open));
        }
        match page {
            BankPage::Closed => {
                self.tell(Event::new(EventName::CloseOauth));
                self.go(Pane::Oauth);
            }
            BankPage::Allowed(accounts) => self.welcome(accounts, true),
            BankPage::Failed(code) => {
                if !redirected {
                    self.tell(Event::new(EventName::FailOauth));
                }
                self.fail(plaid_error(&code), ExitStatus::RequiresOauth, Then::Retry);
            }
        }
    }

    /// What is offered after a failure with this code.
    fn after(&self, code: &str) -> Then {
        match code {
            "INVALID_SEND_METHOD" | "INVALID_LINK_TOKEN" => Then::Leave,
            "USER_INPUT_TIMEOUT" | "INSUFFICIENT_CREDENTIALS" | "RECAPTCHA_BAD" => Then::Retry,
            _ if self.terms.update.is_some() => Then::Retry,
            _ => Then::OtherBank,
        }
    }
}
