//! The steps that follow the bank's answer, given in Link or on its own page.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    bank::Answer,
    event::Event,
    pane::{Pane, Then},
    step::BankPage,
    visit::{Offered, Visit},
};
use crate::{
    error::plaid_error,
    seed::{self, AccountTemplate},
    world::AccountSelect,
};

impl Visit {
    pub(super) fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Welcome => self.welcome(false),
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
    fn welcome(&mut self, chosen_at_bank: bool) {
        if self
            .terms
            .update
            .is_some_and(|update| !update.choose_accounts)
        {
            return self.go(Pane::Connected);
        }
        if !self.accounts.iter().any(|offered| offered.fits) {
            let then = self.after("NO_ACCOUNTS");
            self.fail(
                plaid_error("NO_ACCOUNTS"),
                ExitStatus::RequiresAccountSelection,
                then,
            );
        } else if chosen_at_bank && self.terms.update.is_none() {
            for offered in &mut self.accounts {
                offered.chosen = offered.fits;
            }
            self.go(Pane::Connected);
        } else {
            self.go(Pane::Accounts { refused: false });
        }
    }

    pub(super) fn come_from_bank(&mut self, page: BankPage, redirected: bool) {
        if redirected {
            self.tell(Event::new(EventName::Open));
        }
        match page {
            BankPage::Closed => {
                self.tell(Event::new(EventName::CloseOauth));
                self.go(Pane::Oauth);
            }
            BankPage::Allowed => {
                self.offer(seed::accounts());
                self.welcome(true);
            }
            BankPage::Failed(code) => {
                if !redirected {
                    self.tell(Event::new(EventName::FailOauth));
                }
                self.fail(plaid_error(&code), ExitStatus::RequiresOauth, Then::Retry);
            }
        }
    }

    /// Takes what the bank holds for the choice of accounts; in update mode the Item has brought it.
    pub(super) fn offer(&mut self, holdings: Vec<AccountTemplate>) {
        if self.terms.update.is_some() {
            return;
        }
        let all = self.terms.request.account_select() == AccountSelect::All;
        let offer = |template| {
            let fits = self.terms.fits(&template);
            Offered {
                fits,
                template,
                chosen: fits && all,
            }
        };
        self.accounts = holdings.into_iter().map(offer).collect();
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
