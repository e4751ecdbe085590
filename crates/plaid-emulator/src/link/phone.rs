//! The phone number of a returning user: the Sandbox's numbers, their saved banks, and the steps with them.

use plaid_types::link::{EventName, ExitStatus};

use super::{
    event::Event,
    pane::{AfterFailure, Pane},
    visit::Visit,
};
use crate::error::plaid_error;

/// The code that is sent to every phone.
pub(crate) const OTP: &str = "123456";

impl Visit {
    /// Submits a phone number. An empty one means the number in the Link token.
    pub(super) fn phone(&mut self, typed: &str) {
        let known = self
            .terms
            .request
            .user
            .phone_number
            .clone()
            .filter(|_| typed.trim().is_empty());
        let Some(phone) = known.clone().or_else(|| parse_number(typed)) else {
            self.emit_error(plaid_error("INVALID_PHONE_NUMBER"));
            self.pane = Pane::Consent { refused: true };
            return;
        };
        let is_returning = known.is_some() && !saved_banks(&phone).is_empty();
        self.emit(Event::new(if is_returning {
            EventName::AutoSubmitPhone
        } else {
            EventName::SubmitPhone
        }));
        if is_served(&phone) {
            self.show(Pane::VerifyPhone { phone, wrong: 0 });
        } else {
            self.show_bank();
        }
    }

    /// Submits a code. The third wrong one fails.
    pub(super) fn otp(&mut self, phone: String, wrong: u8, code: &str) {
        self.emit(Event::new(EventName::SubmitOtp));
        match (code.trim() == OTP, wrong) {
            (true, _) => {
                self.emit(Event::new(EventName::VerifyPhone));
                match saved_banks(&phone) {
                    saved if self.bank.is_none() && !saved.is_empty() => {
                        self.show(Pane::SavedBanks(saved))
                    }
                    _ => self.show_bank(),
                }
            }
            (false, 0 | 1) => {
                self.emit_error(plaid_error("INVALID_OTP"));
                self.pane = Pane::VerifyPhone {
                    phone,
                    wrong: wrong + 1,
                };
            }
            (false, _) => self.fail(
                plaid_error("INVALID_OTP"),
                ExitStatus::RequiresCredentials,
                AfterFailure::OtherBank,
            ),
        }
    }
}

/// Parses a number to E.164. Ten digits are a number of the United States.
pub(crate) fn parse_number(typed: &str) -> Option<String> {
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

/// Whether a code can be sent to this country. Otherwise Link continues without the number.
pub(crate) fn is_served(number: &str) -> bool {
    ["+1", "+44", "+52"]
        .iter()
        .any(|country| number.starts_with(country))
}

/// Returns the banks that this number has connected before.
pub(crate) fn saved_banks(number: &str) -> &'static [&'static str] {
    match number {
        "+14155550011" | "+14155550012" | "+14155550014" => &["ins_109508", "ins_109511"],
        "+14155550013" => &["ins_127287"],
        "+14155550015" => &["ins_109508"],
        _ => &[],
    }
}

/// Masks all but the last four digits of a number.
pub(crate) fn masked(number: &str) -> String {
    let shown = number.len().saturating_sub(4);
    format!("••• {}", number.get(shown..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_notations_of_numbers_are_parsed() {
        for (typed, parsed) in [
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
            assert_eq!(parse_number(typed).as_deref(), parsed, "{typed:?}");
        }
    }

    #[test]
    fn a_number_is_masked_except_for_its_end() {
        assert_eq!(masked("+14155550011"), "••• 0011");
        assert_eq!(masked("++"), "••• ++");
    }
}
