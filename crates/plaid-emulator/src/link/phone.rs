//! The returning user's phone: which numbers exist in the Sandbox, what they remember, and the steps with them.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    event::Event,
    pane::{Pane, Then},
    visit::Visit,
};
use crate::error::plaid_error;

/// The code that every phone receives.
pub(crate) const OTP: &str = "123456";

impl Visit {
    /// An empty number stands for the one that the host knows.
    pub(super) fn phone(&mut self, typed: &str) {
        let known = self
            .terms
            .request
            .user
            .phone_number
            .clone()
            .filter(|_| typed.trim().is_empty());
        let Some(phone) = known.clone().or_else(|| number(typed)) else {
            self.meet(plaid_error("INVALID_PHONE_NUMBER"));
            self.pane = Pane::Consent { refused: true };
            return;
        };
        let returns = known.is_some() && !saved_banks(&phone).is_empty();
        self.tell(Event::new(if returns {
            EventName::AutoSubmitPhone
        } else {
            EventName::SubmitPhone
        }));
        if is_served(&phone) {
            self.go(Pane::VerifyPhone { phone, wrong: 0 });
        } else {
            self.go_to_bank();
        }
    }

    /// Three wrong codes end it.
    pub(super) fn otp(&mut self, phone: String, wrong: u8, code: &str) {
        self.tell(Event::new(EventName::SubmitOtp));
        match (code.trim() == OTP, wrong) {
            (true, _) => {
                self.tell(Event::new(EventName::VerifyPhone));
                match saved_banks(&phone) {
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
}

/// The number in E.164; ten digits are taken for a number of the United States.
pub(crate) fn number(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (international, rest) = match typed.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    if !rest
        .chars()
        .all(|c| c.is_ascii_digit() || " -().".contains(c))
    {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    match (international, digits.len()) {
        (true, 8..=15) => Some(format!("+{digits}")),
        (false, 10) => Some(format!("+1{digits}")),
        _ => None,
    }
}

/// Whether a code can be sent there; other countries go on as if there were no phone.
pub(crate) fn is_served(number: &str) -> bool {
    ["+1", "+44", "+52"]
        .iter()
        .any(|country| number.starts_with(country))
}

/// The banks that this number connected before.
pub(crate) fn saved_banks(number: &str) -> &'static [&'static str] {
    match number {
        "+14155550011" | "+14155550012" | "+14155550014" => &["ins_109508", "ins_109511"],
        "+14155550013" => &["ins_127287"],
        "+14155550015" => &["ins_109508"],
        _ => &[],
    }
}

/// The number with all but its end hidden.
pub(crate) fn hidden(number: &str) -> String {
    let shown = number.len().saturating_sub(4);
    format!("••• {}", number.get(shown..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, read) in [
            ("415-555-0011", Some("+14155550011")),
            ("(415) 555 0011", Some("+14155550011")),
            (" +14155550011 ", Some("+14155550011")),
            ("+44 20 7946 0018", Some("+442079460018")),
            ("+49 30 901820", Some("+4930901820")),
            ("5550011", None),
            ("4155550011 ext. 2", None),
            ("", None),
            ("+1", None),
        ] {
            assert_eq!(number(typed).as_deref(), read, "{typed:?}");
        }
    }

    #[test]
    fn only_the_end_of_a_number_is_shown() {
        assert_eq!(hidden("+14155550011"), "••• 0011");
        assert_eq!(hidden("++"), "••• ++");
    }
}
