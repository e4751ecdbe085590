//! The HTML of the panes.

use axum::response::Response;

use super::{
    challenge::{Challenge, choice},
    html::page,
    pane::{AfterFailure, BankProblem, Pane},
    phone,
    template::{
        AccountRow, Accounts, AtBank, BankMark, BankPageLink, Banks, Button, Choice, Code, Consent,
        Credential, Frame, Loading, MessagesOnly, Notice, Oauth, Question, Questions, SavedBanks,
    },
    text::fill,
    visit::Visit,
};
use crate::{
    seed::SandboxInstitution,
    world::{AccountSelect, Filter, Institutions},
};

/// Renders the pane of the visit.
pub(super) fn pane(
    visit: &Visit,
    frame: Frame<'_>,
    institutions: &Institutions,
    bank_page: BankPageLink,
) -> Response {
    let text = frame.text;
    let bank = BankMark::of(visit.bank);
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
                known_phone: known.map(phone::masked),
            })
        }
        Pane::VerifyPhone { phone, wrong } => page(&Code {
            frame,
            title: text.verify_phone.to_owned(),
            sent: Some(fill(text.verify_phone_sent, &phone::masked(phone))),
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
        Pane::BankProblem(problem) => page(&bank_problem(*problem, bank.name, frame)),
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
        Pane::Oauth => page(&Oauth {
            frame,
            bank,
            bank_page,
        }),
        Pane::AtBank => page(&AtBank {
            frame,
            bank,
            bank_page,
        }),
        Pane::Failed { error, then, .. } => {
            let (title, words) = (text.problem)(&error.error_code);
            let button = match then {
                AfterFailure::Retry => Button {
                    verb: "try-again",
                    label: text.try_again,
                },
                AfterFailure::OtherBank => Button {
                    verb: "other-bank",
                    label: text.other_bank,
                },
                AfterFailure::Leave => Button {
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
                    .filter(|_| is_solved_at_bank(&error.error_code))
                    .map(|bank| bank.url),
                code: Some(&error.error_code),
                buttons: vec![button],
            })
        }
        Pane::Exit { .. } => page(&Notice {
            frame,
            tone: "warn",
            title: text.exit.to_owned(),
            words: text.exit_text.to_owned(),
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
            words: fill(text.connected_text, frame.client),
            site: None,
            code: None,
            buttons: vec![Button {
                verb: "continue",
                label: text.finish,
            }],
            frame,
        }),
        Pane::Over(_) => messages_only(frame.messages),
    }
}

/// Renders messages to the page, without a pane.
pub(super) fn messages_only(messages: Vec<String>) -> Response {
    page(&MessagesOnly { messages })
}

/// Returns the banks that the query finds; without a query, those that support all required products.
pub(super) fn banks(
    visit: &Visit,
    institutions: &Institutions,
    query: &str,
) -> Vec<&'static SandboxInstitution> {
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

fn bank_problem<'a>(problem: BankProblem, bank: &str, frame: Frame<'a>) -> Notice<'a> {
    let text = frame.text;
    let other = Button {
        verb: "other-bank",
        label: text.other_bank,
    };
    let (title, words, buttons) = match problem {
        BankProblem::Degraded => (
            text.degraded,
            text.degraded_text,
            vec![
                Button {
                    verb: "continue",
                    label: text.proceed,
                },
                other,
            ],
        ),
        BankProblem::Down => (text.down, text.down_text, vec![other]),
        BankProblem::Filtered => (text.filtered, text.filtered_text, vec![other]),
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
    let question = |number: u8, choices| Question {
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
            let choice = Question {
                label: text.device_missing.to_owned(),
                ..question(0, devices)
            };
            (text.device, vec![choice], text.proceed)
        }
        Challenge::YesOrNo => (
            text.questions,
            vec![question(0, vec![plain("Yes", "Yes"), plain("No", "No")])],
            text.submit,
        ),
        Challenge::Questions { per_round, .. } => (
            text.questions,
            (0..per_round)
                .map(|number| question(number, Vec::new()))
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
                    .map(|number| question(number, choices(number)))
                    .collect(),
                text.submit,
            )
        }
        Challenge::Code { .. } => (text.bank_code, vec![question(0, Vec::new())], text.submit),
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

/// Whether the user must solve this error on the bank's site.
fn is_solved_at_bank(code: &str) -> bool {
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
