//! The templates, and what each is filled with.

use askama::Template;

use super::{html::filters, text::Text};
use crate::world::SandboxInstitution;

/// What every pane has.
pub(super) struct Frame<'a> {
    pub(super) text: &'static Text,
    /// Where the forms go.
    pub(super) action: String,
    pub(super) client: &'a str,
    /// `light`, `dark`, or nothing for what the user's system says.
    pub(super) appearance: &'static str,
    pub(super) back: bool,
    /// What the page is told, in JSON.
    pub(super) messages: Vec<String>,
}

/// The way to the bank's own page.
pub(super) struct BankWay {
    pub(super) url: String,
    /// In a window of its own, opened with these features; otherwise the host's page gives way to it.
    pub(super) window: Option<&'static str>,
    /// Whether there is a way back from there.
    pub(super) way_back: bool,
}

/// How a bank is shown.
#[derive(Clone, Copy, Default)]
pub(super) struct BankMark<'a> {
    pub(super) name: &'a str,
    pub(super) primary_color: &'a str,
}

impl<'a> BankMark<'a> {
    pub(super) fn of(bank: Option<&'a SandboxInstitution>) -> Self {
        bank.map(|bank| Self {
            name: bank.name,
            primary_color: bank.primary_color,
        })
        .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "consent.html")]
pub(super) struct Consent<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) refused: bool,
    pub(super) known_phone: Option<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
pub(super) struct Code<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) title: String,
    pub(super) sent: Option<String>,
    pub(super) right: &'static str,
    pub(super) verb: &'static str,
    pub(super) refused: bool,
    pub(super) can_skip: bool,
}

#[derive(Template)]
#[template(path = "saved_banks.html")]
pub(super) struct SavedBanks<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) banks: Vec<&'a SandboxInstitution>,
}

#[derive(Template)]
#[template(path = "banks.html")]
pub(super) struct Banks<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) query: &'a str,
    pub(super) banks: Vec<&'a SandboxInstitution>,
}

#[derive(Template)]
#[template(path = "credential.html")]
pub(super) struct Credential<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) refused: bool,
}

#[derive(Template)]
#[template(path = "loading.html")]
pub(super) struct Loading<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
}

#[derive(Template)]
#[template(path = "questions.html")]
pub(super) struct Questions<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) title: String,
    pub(super) refused: bool,
    pub(super) questions: Vec<Question>,
    /// What the bank wants to hear.
    pub(super) right: Option<String>,
    pub(super) button: &'static str,
}

pub(super) struct Question {
    pub(super) name: String,
    pub(super) label: String,
    /// Empty where the user types the answer.
    pub(super) choices: Vec<Choice>,
}

pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

#[derive(Template)]
#[template(path = "accounts.html")]
pub(super) struct Accounts<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) refused: bool,
    /// Whether only one can be chosen.
    pub(super) one: bool,
    pub(super) accounts: Vec<AccountRow<'a>>,
}

pub(super) struct AccountRow<'a> {
    pub(super) place: usize,
    pub(super) name: &'a str,
    pub(super) mask: &'a str,
    pub(super) subtype: &'a str,
    pub(super) chosen: bool,
}

#[derive(Template)]
#[template(path = "oauth.html")]
pub(super) struct Oauth<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) way: BankWay,
}

#[derive(Template)]
#[template(path = "at_bank.html")]
pub(super) struct AtBank<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) way: BankWay,
}

/// A pane with a sign, some words and one or two buttons.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct Notice<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) words: String,
    /// Where the user must act first.
    pub(super) site: Option<&'a str>,
    pub(super) code: Option<&'a str>,
    pub(super) buttons: Vec<Button>,
}

pub(super) struct Button {
    pub(super) verb: &'static str,
    pub(super) label: &'static str,
}

#[derive(Template)]
#[template(path = "over.html")]
pub(super) struct Over {
    pub(super) messages: Vec<String>,
}
