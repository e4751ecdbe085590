//! The result of the last visit to Link.

use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos_plaid_link::dynamic::{flag, press, text};
use leptos_plaid_link::{NextStep, Outcome, Purpose, UseLinkFlowReturn, Words, exit_words};
use plaid_types::ItemId;

use crate::wallet::Wallet;

/// The result of the last visit to Link in words, and the next step.
#[component]
pub fn News(
    /// The flow whose result is shown.
    flow: UseLinkFlowReturn,
    /// The bank that was disconnected, which is shown when there is no result.
    disconnected: RwSignal<Option<String>>,
    /// Moves the focus away from a button that is about to be hidden.
    take_focus: fn(),
    wallet: Wallet,
) -> impl IntoView {
    let part = move |of: fn(&Outcome, Wallet) -> String| {
        let part = flow
            .outcome
            .with(|outcome| outcome.as_ref().map(|outcome| of(outcome, wallet)));
        part.unwrap_or_default()
    };
    let news = text(move || {
        let words = part(words_of);
        if words.is_empty() {
            let name = disconnected.get();
            name.map_or(words, |name| format!("{name} is disconnected."))
        } else {
            words
        }
    });
    let step_words = move || part(|outcome, _| step_of(outcome).to_owned());
    let reference = text(move || part(|outcome, _| reference_of(outcome)));
    let step = text(step_words);
    let is_finished = flag(move || step_words().is_empty());
    let hidden_unless_duplicate = flag(move || !flow.outcome.with(is_duplicate));
    let take_step = move || {
        let purpose = flow
            .outcome
            .with_untracked(|outcome| outcome.as_ref().map(purpose_of));
        take_focus();
        flow.open_for(purpose.unwrap_or_default());
    };
    let keep = move || {
        take_focus();
        flow.dismiss();
    };
    view! {
        <div class="news" role="status">
            <p>{news}</p>
            <p class="plaid-link-reference">{reference}</p>
            <div class="news-actions" hidden=is_finished>
                <button type="button" class="button" on:click=press(take_step)>{step}</button>
                <button type="button" class="button quiet" hidden=hidden_unless_duplicate on:click=press(keep)>
                    "Keep it as it is"
                </button>
            </div>
        </div>
    }
}

fn is_duplicate(outcome: &Option<Outcome>) -> bool {
    matches!(outcome, Some(Outcome::Duplicate(_)))
}

/// Describes the result of a visit to Link.
fn words_of(outcome: &Outcome, wallet: Wallet) -> String {
    let bank = |id: &ItemId| {
        let of = |item: &Item| (item.institution_name.clone(), item.status);
        let item = wallet.find(id);
        let item = item.map(|item| item.with_untracked(of));
        item.unwrap_or_else(|| ("Your bank".to_owned(), ItemStatus::Healthy))
    };
    match outcome {
        Outcome::Linked(id) => format!("{} is connected.", bank(id).0),
        Outcome::Repaired(id) => match bank(id) {
            (name, ItemStatus::Healthy) => format!("{name} is up to date again."),
            (name, _) => format!("{name} still does not share new data."),
        },
        Outcome::Duplicate(id) => {
            format!(
                "{} is connected already, with these accounts. Nothing was added.",
                bank(id).0
            )
        }
        Outcome::Finished => "All done.".to_owned(),
        Outcome::Left(exit) => {
            let Words { title, advice, .. } = exit_words(exit);
            let advice = exit.display_message().unwrap_or(advice);
            let result = match (&exit.error, &exit.purpose) {
                (None, _) => "",
                (_, Purpose::NewItem) => " Nothing was connected.",
                (_, Purpose::Update { .. }) => " Nothing was changed.",
            };
            format!("{title} {advice}{result}")
        }
        // The failure notice beside the button describes it.
        Outcome::Lost(_) => String::new(),
    }
}

/// Returns the ids by which support finds a failed visit.
fn reference_of(outcome: &Outcome) -> String {
    let ids = match outcome {
        Outcome::Left(exit) if exit.error.is_some() => [exit.link_session_id(), exit.request_id()],
        _ => [None, None],
    };
    let ids: Vec<&str> = ids.into_iter().flatten().collect();
    if ids.is_empty() {
        return String::new();
    }
    format!("Reference: {}", ids.join(" · "))
}

/// Returns the name of the button for the next step; empty if there is none.
fn step_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Left(exit) => match (exit_words(exit).step, &exit.purpose) {
            _ if exit.error.is_none() => "",
            (NextStep::AnotherBank, _) => "Choose another bank",
            (NextStep::Reconnect, Purpose::Update { .. }) => "Reconnect",
            // A new Item cannot be reconnected yet.
            _ => "Try again",
        },
        Outcome::Duplicate(_) => "Reconnect",
        Outcome::Linked(_) | Outcome::Repaired(_) | Outcome::Finished | Outcome::Lost(_) => "",
    }
}

/// Returns the purpose of the next visit.
fn purpose_of(outcome: &Outcome) -> Purpose {
    match outcome {
        Outcome::Left(exit) if exit_words(exit).step != NextStep::AnotherBank => {
            exit.purpose.clone()
        }
        // The user may want other accounts of the same bank.
        Outcome::Duplicate(id) => Purpose::Update {
            item_id: id.clone(),
            account_selection: true,
        },
        _ => Purpose::NewItem,
    }
}

#[cfg(test)]
mod tests {
    use leptos_plaid_link::Exit;
    use plaid_types::json::Object;

    use super::*;

    fn repair() -> Purpose {
        Purpose::Update {
            item_id: "item-1".into(),
            account_selection: false,
        }
    }

    #[test]
    fn each_button_opens_link_for_what_it_says() {
        let new = || Purpose::NewItem;
        for (code, purpose, step, leads_to) in [
            ("INVALID_CREDENTIALS", new(), "Try again", new()),
            ("INVALID_CREDENTIALS", repair(), "Try again", repair()),
            ("INSTITUTION_DOWN", repair(), "Try again", repair()),
            ("ITEM_NOT_SUPPORTED", new(), "Choose another bank", new()),
            ("ITEM_NOT_SUPPORTED", repair(), "Choose another bank", new()),
            ("ITEM_LOGIN_REQUIRED", new(), "Try again", new()),
            ("ITEM_LOGIN_REQUIRED", repair(), "Reconnect", repair()),
        ] {
            let outcome = Outcome::Left(Exit {
                error: Some(Object::from_iter([("error_code".to_owned(), code.into())])),
                purpose,
                ..Exit::default()
            });
            assert_eq!(
                (step_of(&outcome), purpose_of(&outcome)),
                (step, leads_to),
                "{code}"
            );
        }
    }
}
