//! The state of an Item in words, and the buttons that repair it.

use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos_plaid_link::dynamic::{flag, press, text};
use leptos_plaid_link::{NextStep, Purpose, UseLinkFlowReturn, code_words};
use plaid_types::ErrorType;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::intl::date;

/// The state of an Item; empty if it works and lacks nothing.
#[component]
pub fn ItemState(
    /// The Item, which changes with its status.
    item: ArcRwSignal<Item>,
    /// The flow that repairs it.
    flow: UseLinkFlowReturn,
) -> impl IntoView {
    let words = {
        let item = item.clone();
        text(move || item.with(state_words))
    };
    let hidden_unless = |condition: fn(&Item) -> bool| {
        let item = item.clone();
        flag(move || !item.with(condition))
    };
    let reconnect_hidden = hidden_unless(needs_repair);
    let choose_hidden = hidden_unless(|item| item.new_accounts_available);
    let update = move |account_selection| {
        let item = item.clone();
        press(move || {
            focus_heading();
            flow.open_for(Purpose::Update {
                item_id: item.with_untracked(|item| item.id.clone()),
                account_selection,
            });
        })
    };
    view! {
        <div class="item-status">
            <p role="status">{words}</p>
            <button type="button" class="button" hidden=reconnect_hidden on:click=update(false)>
                "Reconnect"
            </button>
            <button type="button" class="button" hidden=choose_hidden on:click=update(true)>
                "Add or remove accounts"
            </button>
        </div>
    }
}

/// Moves the focus from a card's button to its heading. When Link closes and restores the focus, the button may be gone.
fn focus_heading() {
    let button = document().active_element();
    let card = button.and_then(|button| button.closest("section").ok().flatten());
    let heading = card.and_then(|card| card.query_selector("h2").ok().flatten());
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _ = heading.focus();
    }
}

/// Describes what an Item needs; empty if it needs nothing.
fn state_words(item: &Item) -> String {
    if item.status != ItemStatus::Healthy {
        let words = code_words(error_code(item));
        let message = item
            .error
            .as_ref()
            .and_then(|error| error.display_message.as_deref());
        return format!("{} {}", words.title, message.unwrap_or(words.advice));
    }
    if let Some(end) = item.disconnects_at.as_deref().and_then(date) {
        // Either the consent expires then, or the bank changes how it connects.
        return format!(
            "This bank stops sharing new data after {end}. Reconnect it to keep it up to date."
        );
    }
    if item.new_accounts_available {
        return "Your bank has accounts that you do not share yet.".to_owned();
    }
    String::new()
}

/// Whether the user can repair the Item in Link: the bank asks for a sign-in, or the consent is about to expire.
fn needs_repair(item: &Item) -> bool {
    match item.status {
        ItemStatus::Healthy => item.disconnects_at.is_some(),
        ItemStatus::LoginRequired => true,
        ItemStatus::Failing => match code_words(error_code(item)).step {
            NextStep::TryAgain | NextStep::Reconnect => true,
            // Plaid adds codes: most errors of an Item can be repaired.
            NextStep::Support => is_item_error(item),
            _ => false,
        },
    }
}

fn is_item_error(item: &Item) -> bool {
    let error = item.error.as_ref();
    error.is_some_and(|error| error.error_type == ErrorType::ItemError)
}

/// Returns the Item's error code, or the usual one while only the status is known.
fn error_code(item: &Item) -> &str {
    match (&item.error, item.status) {
        (Some(error), _) => &error.error_code,
        (None, ItemStatus::LoginRequired) => "ITEM_LOGIN_REQUIRED",
        (None, _) => "INSTITUTION_NOT_RESPONDING",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(status: ItemStatus, error_code: Option<&str>) -> Item {
        let error = error_code.map(|code| {
            let error = format!(
                r#"{{"error_type":"ITEM_ERROR","error_code":"{code}","error_message":"","display_message":null}}"#
            );
            plaid_types::serde_json::from_str(&error).expect("an error")
        });
        Item {
            id: "item-1".into(),
            institution_id: None,
            institution_name: "Tartan Bank".to_owned(),
            institution_color: None,
            status,
            error,
            accounts: Vec::new(),
            new_accounts_available: false,
            disconnects_at: None,
            created_at: String::new(),
            refreshed_at: None,
        }
    }

    #[test]
    fn reconnect_is_offered_only_if_the_user_can_repair_the_item() {
        use ItemStatus::{Failing, Healthy, LoginRequired};
        for (status, code, offered, words) in [
            (Healthy, None, false, ""),
            (
                LoginRequired,
                Some("ITEM_LOGIN_REQUIRED"),
                true,
                "sign in again",
            ),
            (LoginRequired, None, true, "sign in again"),
            (Failing, Some("ITEM_LOCKED"), true, "on your bank's site"),
            (
                Failing,
                Some("ACCESS_NOT_GRANTED"),
                true,
                "allow all requested access",
            ),
            (
                Failing,
                Some("USER_PERMISSION_REVOKED"),
                false,
                "deleted here",
            ),
            (Failing, Some("ITEM_NOT_FOUND"), false, "has ended"),
            (Failing, Some("INVALID_ACCESS_TOKEN"), false, "has ended"),
            (Failing, Some("INSTITUTION_DOWN"), false, "not responding"),
            (Failing, Some("AN_UNKNOWN_CODE"), true, "went wrong"),
            (
                Failing,
                Some("ADDITIONAL_CONSENT_REQUIRED"),
                true,
                "allow all",
            ),
            (Failing, None, false, "not responding"),
        ] {
            let item = item(status, code);
            assert_eq!(needs_repair(&item), offered, "{status:?} {code:?}");
            let shown = state_words(&item);
            assert!(
                shown.contains(words) && shown.is_empty() == words.is_empty(),
                "{shown}"
            );
        }
    }

    #[test]
    fn plaids_message_replaces_our_advice() {
        let mut item = item(ItemStatus::Failing, Some("ITEM_LOCKED"));
        if let Some(error) = &mut item.error {
            error.display_message = Some("Call your branch.".to_owned());
        }
        assert!(state_words(&item).ends_with("Call your branch."));
    }
}
