use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos_plaid_link::dynamic::{flag, press, text};
use leptos_plaid_link::{NextStep, Outcome, Purpose, UseLinkFlowReturn, Words, exit_words};
use plaid_types::ItemId;

use crate::wallet::Wallet;

/// How the last visit to Link ended, in words, and what to do about it.
#[component]
pub fn News(
    /// Whose visits.
    flow: UseLinkFlowReturn,
    /// What else happened, when there is nothing to say of a visit.
    departed: RwSignal<String>,
    /// Takes the focus away from a button that is about to go.
    take_focus: fn(),
    wallet: Wallet,
) -> impl IntoView {
    let told = move |of: fn(&Outcome, Wallet) -> String| {
        let told = flow
            .outcome
            .with(|ended| ended.as_ref().map(|ended| of(ended, wallet)));
        told.unwrap_or_default()
    };
    let news = text(move || {
        let told = told(words_of);
        if told.is_empty() {
            departed.get()
        } else {
            told
        }
    });
    let reference = text(move || told(|ended, _| reference_of(ended)));
    let step = text(move || told(|ended, _| step_of(ended).to_owned()));
    let has_no_step = flag(move || told(|ended, _| step_of(ended).to_owned()).is_empty());
    let is_no_choice = flag(move || !flow.outcome.with(is_duplicate));
    let go_on = move || {
        let purpose = flow
            .outcome
            .with_untracked(|ended| ended.as_ref().map(purpose_of));
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
            <div class="news-actions" hidden=has_no_step>
                <button type="button" class="button" on:click=press(go_on)>{step}</button>
                <button type="button" class="button quiet" hidden=is_no_choice on:click=press(keep)>
                    "Keep it as it is"
                </button>
            </div>
        </div>
    }
}

fn is_duplicate(ended: &Option<Outcome>) -> bool {
    matches!(ended, Some(Outcome::Duplicate(_)))
}

/// What to tell about the end of a visit to Link.
fn words_of(ended: &Outcome, wallet: Wallet) -> String {
    let bank = |id: &ItemId| {
        let of = |item: &Item| (item.institution_name.clone(), item.status);
        let item = wallet.find(id);
        let item = item.map(|item| item.with_untracked(of));
        item.unwrap_or_else(|| ("Your bank".to_owned(), ItemStatus::Healthy))
    };
    match ended {
        Outcome::Linked(id) => format!("{} is connected.", bank(id).0),
        Outcome::Repaired(id) => match bank(id) {
            (name, ItemStatus::Healthy) => format!("{name} is up to date again."),
            (name, _) => format!("{name} still does not share anything new."),
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
        // The failure beside the button says so.
        Outcome::Lost(_) => String::new(),
    }
}

/// What support finds a failed visit by.
fn reference_of(ended: &Outcome) -> String {
    let ids = match ended {
        Outcome::Left(exit) if exit.error.is_some() => [exit.link_session_id(), exit.request_id()],
        _ => [None, None],
    };
    let ids: Vec<&str> = ids.into_iter().flatten().collect();
    if ids.is_empty() {
        return String::new();
    }
    format!("Reference: {}", ids.join(" · "))
}

/// The name of the button that goes on from here; empty where there is nothing to do.
fn step_of(ended: &Outcome) -> &'static str {
    match ended {
        Outcome::Left(exit) => match (exit_words(exit).step, &exit.purpose) {
            _ if exit.error.is_none() => "",
            (NextStep::AnotherBank, _) => "Choose another bank",
            (NextStep::Reconnect, Purpose::Update { .. }) => "Reconnect",
            // There is nothing yet to reconnect.
            _ => "Try again",
        },
        Outcome::Duplicate(_) => "Reconnect",
        Outcome::Linked(_) | Outcome::Repaired(_) | Outcome::Finished | Outcome::Lost(_) => "",
    }
}

/// What the next visit is for.
fn purpose_of(ended: &Outcome) -> Purpose {
    match ended {
        Outcome::Left(exit) if exit_words(exit).step != NextStep::AnotherBank => {
            exit.purpose.clone()
        }
        // Perhaps the person wanted other accounts of the same bank.
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
    fn the_button_does_what_it_says() {
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
            let ended = Outcome::Left(Exit {
                error: Some(Object::from_iter([("error_code".to_owned(), code.into())])),
                purpose,
                ..Exit::default()
            });
            assert_eq!(
                (step_of(&ended), purpose_of(&ended)),
                (step, leads_to),
                "{code}"
            );
        }
    }
}
