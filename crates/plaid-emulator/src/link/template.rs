//! The templates and their data.

use askama::Template;

use super::{html::filters, text::Text};
use crate::{seed::SandboxInstitution, world::LinkTokenRequest};

/// The data of every pane.
pub(super) struct Frame<'a> {
    pub(super) text: &'static Text,
    /// The URL of the forms.
    pub(super) action: String,
    pub(super) client: &'a str,
    /// `light`, `dark`, or empty for the setting of the user's system.
    pub(super) appearance: &'static str,
    pub(super) back: bool,
    /// The messages to the page, in JSON.
    pub(super) messages: Vec<String>,
}

/// The link to the bank's own page.
pub(super) struct BankPageLink {
    pub(super) url: String,
    /// The features of the window that the page opens in; `None` if it replaces the host's page.
    pub(super) window: Option<&'static str>,
    /// Whether the user can return from it to Link.
    pub(super) can_return: bool,
}

/// The name and the colour of a bank.
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
    /// The right answer, shown as a hint.
    pub(super) right: Option<String>,
    pub(super) button: &'static str,
}

pub(super) struct Question {
    pub(super) name: String,
    pub(super) label: String,
    /// Empty if the user types the answer.
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
    /// Whether the user chooses exactly one.
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
    pub(super) bank_page: BankPageLink,
}

#[derive(Template)]
#[template(path = "at_bank.html")]
pub(super) struct AtBank<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) bank: BankMark<'a>,
    pub(super) bank_page: BankPageLink,
}

/// A pane with an icon, a text and one or two buttons.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct Notice<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) words: String,
    /// The bank's site, if the user must act there first.
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
pub(super) struct MessagesOnly {
    pub(super) messages: Vec<String>,
}

/// Returns the host's name. Plaid does not show names of more than 30 characters.
pub(super) fn client_name(request: &LinkTokenRequest) -> &str {
    match request.client_name.as_str() {
        "" => "This Application",
        name if name.chars().count() > 30 => "This Application",
        name => name,
    }
}

/// Returns `light`, `dark`, or empty for the setting of the user's system.
pub(super) fn appearance(request: &LinkTokenRequest) -> &'static str {
    match request.appearance_mode.as_deref() {
        Some("LIGHT") => "light",
        Some("DARK") => "dark",
        _ => "",
    }
}
