//! Panes into HTML.

use axum::response::Response;

use super::{
    challenge::{Challenge, choice},
    html::page,
    pane::{Pane, Then, Unfit},
    phone,
    template::{
        AccountRow, Accounts, AtBank, BankMark, BankWay, Banks, Button, Choice, Code, Consent,
        Credential, Frame, Loading, Notice, Oauth, Over, Question, Questions, SavedBanks,
    },
    text::fill,
    visit::Visit,
};
use crate::world::{AccountSelect, Filter, Institutions, SandboxInstitution};

/// The pane that the visit is at.
pub(super) fn pane(
    visit: &Visit,
    frame: Frame<'_>,
    institutions: &Institutions,
    way: BankWay,
) -> Response {
    let text = frame.text;
    let bank = BankMark::of(visit.bank.as_ref());
    match &visit.pane {
        Pane::Consent { refused } => {
            let known = visit
                .terms
                .request
                .user
                .phone_number
                .as_deref()
                .filter(|_| !refused);
            page(&Consent {
                frame,
                refused: *refused,
                known_phone: known.map(phone::hidden),
            })
        }
        Pane::VerifyPhone { phone, wrong } => page(&Code {
            frame,
            title: text.verify_phone.to_owned(),
            sent: Some(fill(text.verify_phone_sent, &phone::hidden(phone))),
            right: phone::OTP,
            verb: "code",
            refused: *wrong > 0,
            can_skip: true,
        }),
        Pane::SavedBanks(ids) => {
            let banks = ids.iter().filter_map(|id| institutions.by_id(id)).collect();
            page(&SavedBanks { frame, banks })
        }
        Pane::Banks { query } => page(&Banks {
            banks: banks(visit, institutions, query),
            query,
            frame,
        }),
        Pane::Unfit(unfit) => page(&unfit_notice(*unfit, bank.name, frame)),
        Pane::Credential { refused } => page(&Credential {
            frame,
            bank,
            refused: *refused,
        }),
        Pane::Loading(_) => page(&Loading { frame, bank }),
        Pane::Mfa { challenge, refused } => match challenge {
            Challenge::Code { .. } => page(&Code {
                title: fill(text.bank_code, bank.name),
                sent: None,
                right: "1234",
                verb: "mfa",
                refused: *refused,
                can_skip: false,
                frame,
            }),
            _ => page(&questions(challenge, bank, *refused, frame)),
        },
        Pane::Accounts { refused } => page(&Accounts {
            frame,
            bank,
            refused: *refused,
            one: visit.terms.request.account_select() == AccountSelect::One,
            accounts: accounts(visit),
        }),
        Pane::Oauth => page(&Oauth { frame, bank, way }),
        Pane::AtBank => page(&AtBank { frame, bank, way }),
        Pane::Failed { error, then, .. } => {
            let (title, words) = (text.problem)(&error.error_code);
            let button = match then {
                Then::Retry => Button {
                    verb: "try-again",
                    label: text.try_again,
                },
                Then::OtherBank => Button {
                    verb: "other-bank",
                    label: text.other_bank,
                },
                Then::Leave => Button {
                    verb: "close",
                    label: text.leave,
                },
            };
            page(&Notice {
                frame,
                tone: "bad",
                title: title.to_owned(),
                words: words.to_owned(),
                site: visit
                    .bank
                    .as_ref()
                    .filter(|_| needs_the_bank(&error.error_code))
                    .map(|bank| bank.url),
                code: Some(&error.error_code),
                buttons: vec![button],
            })
        }
        Pane::Exit { .. } => page(&Notice {
            frame,
            tone: "warn",
            title: text.exit.to_owned(),
            words: text.exit_what.to_owned(),
            site: None,
            code: None,
            buttons: vec![
                Button {
                    verb: "keep-going",
                    label: text.keep_going,
                },
                Button {
                    verb: "close",
                    label: text.leave,
                },
            ],
        }),
        Pane::Connected => page(&Notice {
            tone: "good",
            title: fill(
                if visit.terms.update.is_some() {
                    text.reconnected
                } else {
                    text.connected
                },
                bank.name,
            ),
            words: fill(text.connected_what, frame.client),
            site: None,
            code: None,
            buttons: vec![Button {
                verb: "continue",
                label: text.finish,
            }],
            frame,
        }),
        Pane::Over(_) => over(frame.messages),
    }
}

/// No pane: only what the page is told.
pub(super) fn over(messages: Vec<String>) -> Response {
    page(&Over { messages })
}

/// The banks that a search for this finds; without a search, those that have all that is asked for.
pub(super) fn banks<'a>(
    visit: &'a Visit,
    institutions: &'a Institutions,
    query: &str,
) -> Vec<&'a SandboxInstitution> {
    let request = &visit.terms.request;
    let filter = Filter {
        country_codes: &request.country_codes,
        ..Filter::default()
    };
    if !query.is_empty() {
        return institutions.search(query, filter);
    }
    let mut found: Vec<_> = institutions
        .list(Filter {
            products: visit.terms.products(),
            ..filter
        })
        .collect();
    found.sort_by_key(|bank| !visit.terms.matches(bank));
    found
}

fn unfit_notice<'a>(unfit: Unfit, bank: &str, frame: Frame<'a>) -> Notice<'a> {
    let text = frame.text;
    let other = Button {
        verb: "other-bank",
        label: text.other_bank,
    };
    let (title, words, buttons) = match unfit {
        Unfit::Degraded => (
            text.degraded,
            text.degraded_what,
            vec![
                Button {
                    verb: "continue",
                    label: text.go_on,
                },
                other,
            ],
        ),
        Unfit::Down => (text.down, text.down_what, vec![other]),
        Unfit::Filtered => (text.filtered, text.filtered_what, vec![other]),
    };
    Notice {
        frame,
        tone: "warn",
        title: fill(title, bank),
        words: words.to_owned(),
        site: None,
        code: None,
        buttons,
    }
}

fn questions<'a>(
    challenge: &Challenge,
    bank: BankMark<'a>,
    refused: bool,
    frame: Frame<'a>,
) -> Questions<'a> {
    let text = frame.text;
    let plain = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    let asked = |number: u8, choices| Question {
        name: format!("answer_{number}"),
        label: fill(text.question, &(number + 1).to_string()),
        choices,
    };
    let (title, questions, button) = match *challenge {
        Challenge::Device => {
            let devices = vec![
                plain("phone", text.device_phone),
                plain("email", text.device_email),
            ];
            let question = Question {
                label: text.device_missing.to_owned(),
                ..asked(0, devices)
            };
            (text.device, vec![question], text.go_on)
        }
        Challenge::YesOrNo => (
            text.questions,
            vec![asked(0, vec![plain("Yes", "Yes"), plain("No", "No")])],
            text.submit,
        ),
        Challenge::Questions { per_round, .. } => (
            text.questions,
            (0..per_round)
                .map(|number| asked(number, Vec::new()))
                .collect(),
            text.submit,
        ),
        Challenge::Selections {
            round,
            per_round,
            choices,
            ..
        } => {
            let choices = |number| {
                (0..choices)
                    .map(|place| choice(round, number, place))
                    .map(|answer| plain(&answer, &answer))
                    .collect()
            };
            (
                text.questions,
                (0..per_round)
                    .map(|number| asked(number, choices(number)))
                    .collect(),
                text.submit,
            )
        }
        Challenge::Code { .. } => (text.bank_code, vec![asked(0, Vec::new())], text.submit),
    };
    Questions {
        frame,
        bank,
        title: fill(title, bank.name),
        refused,
        questions,
        right: Some(challenge.right().join(", ")).filter(|right| !right.is_empty()),
        button,
    }
}

/// Whether the user has to do something at the bank before anything can go on here.
fn needs_the_bank(code: &str) -> bool {
    matches!(
        code,
        "ITEM_LOCKED" | "USER_SETUP_REQUIRED" | "PASSWORD_RESET_REQUIRED"
    )
}

fn accounts(visit: &Visit) -> Vec<AccountRow<'_>> {
    visit
        .accounts
        .iter()
        .enumerate()
        .filter(|(_, offered)| offered.fits)
        .map(|(place, offered)| AccountRow {
            place,
            name: &offered.template.name,
            mask: offered.template.mask.as_deref().unwrap_or_default(),
            subtype: offered
                .template
                .subtype
                .as_ref()
                .map(|subtype| subtype.as_str())
                .unwrap_or_default(),
            chosen: offered.chosen,
        })
        .collect()
}
