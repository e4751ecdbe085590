//! The steps after the bank's response, in Link or on its own page.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    challenge::Answer,
    event::Event,
    pane::{AfterFailure, Pane},
    step::BankPage,
    visit::{OfferedAccount, Visit},
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
            Answer::Challenge(challenge) => self.show(Pane::Mfa {
                challenge,
                refused: false,
            }),
            Answer::Wrong(challenge) => {
                self.emit_error(plaid_error("INVALID_MFA"));
                self.show(Pane::Mfa {
                    challenge,
                    refused: true,
                });
            }
            Answer::Refused(code) if code == "INVALID_CREDENTIALS" => {
                self.emit_error(plaid_error(&code));
                self.show(Pane::Credential { refused: true });
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

    /// Shows the accounts after the sign-in, or the last pane if there is nothing to choose.
    fn welcome(&mut self, chosen_at_bank: bool) {
        if self
            .terms
            .update
            .is_some_and(|update| !update.choose_accounts)
        {
            return self.show(Pane::Connected);
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
            self.show(Pane::Connected);
        } else {
            self.show(Pane::Accounts { refused: false });
        }
    }

    pub(super) fn return_from_bank(&mut self, page: BankPage, redirected: bool) {
        if redirected {
            self.emit(Event::new(EventName::Open));
        }
        match page {
            BankPage::Closed => {
                self.emit(Event::new(EventName::CloseOauth));
                self.show(Pane::Oauth);
            }
            BankPage::Allowed => {
                self.offer(seed::accounts());
                self.welcome(true);
            }
            BankPage::Failed(code) => {
                if !redirected {
                    self.emit(Event::new(EventName::FailOauth));
                }
                self.fail(
                    plaid_error(&code),
                    ExitStatus::RequiresOauth,
                    AfterFailure::Retry,
                );
            }
        }
    }

    /// Offers the accounts of the login. Update mode offers the accounts of the Item.
    pub(super) fn offer(&mut self, accounts: Vec<AccountTemplate>) {
        if self.terms.update.is_some() {
            return;
        }
        let all = self.terms.request.account_select() == AccountSelect::All;
        let offer = |template| {
            let fits = self.terms.fits(&template);
            OfferedAccount {
                fits,
                template,
                chosen: fits && all,
            }
        };
        self.accounts = accounts.into_iter().map(offer).collect();
    }

    /// Returns what the user can do after this error.
    fn after(&self, code: &str) -> AfterFailure {
        match code {
            "INVALID_SEND_METHOD" | "INVALID_LINK_TOKEN" => AfterFailure::Leave,
            "USER_INPUT_TIMEOUT" | "INSUFFICIENT_CREDENTIALS" | "RECAPTCHA_BAD" => {
                AfterFailure::Retry
            }
            _ if self.terms.update.is_some() => AfterFailure::Retry,
            _ => AfterFailure::OtherBank,
        }
    }
}
