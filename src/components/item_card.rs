use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::dynamic::{flag, press, text};
use leptos_plaid_link::{Failure, FailureNotice, NextStep, Purpose, UseLinkFlowReturn, code_words};
use plaid_types::ItemId;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::AccountList;
use crate::backend::Backend;
use crate::intl::{date, moment};

/// An Item: its institution, its accounts, and what can be done with it.
#[component]
pub fn ItemCard(
    /// The Item; a new balance comes by it.
    item: ArcRwSignal<Item>,
    /// The user wants it disconnected.
    on_disconnect: impl Fn(ItemId, String) + 'static,
    /// Repairs it.
    flow: UseLinkFlowReturn,
    backend: Backend,
) -> impl IntoView {
    let failure = RwSignal::new(None::<Failure>);
    let refreshing = RwSignal::new(false);
    let refresh = {
        let item = item.clone();
        move || {
            if refreshing.get_untracked() {
                return;
            }
            refreshing.set(true);
            failure.set(None);
            let item = item.clone();
            spawn_local(async move {
                let id = item.with_untracked(|item| item.id.clone());
                match backend.refresh_item(&id).await {
                    Ok(fresh) => item.set(fresh),
                    Err(error) => {
                        failure.try_set(Some(error.into()));
                    }
                }
                refreshing.try_set(false);
            });
        }
    };
    let name = item.with_untracked(|item| item.institution_name.clone());
    let initial: String = name.chars().take(1).collect();
    let label = name.clone();
    let say = |of: fn(&Item) -> String| {
        let item = item.clone();
        text(move || item.with(of))
    };
    let (status, color) = (say(status_words), say(color));
    let is = |of: fn(&Item) -> bool| {
        let item = item.clone();
        flag(move || !item.with(of))
    };
    let (is_well, is_whole) = (is(needs_its_user), is(|item| item.new_accounts_available));
    let visit = |account_selection| {
        let item = item.clone();
        move || {
            focus_heading();
            flow.open_for(Purpose::Update {
                item_id: item.with_untracked(|item| item.id.clone()),
                account_selection,
            });
        }
    };
    let (reconnect, choose_accounts) = (visit(false), visit(true));
    let refreshed = say(|item| {
        let at = item.refreshed_at.as_deref().and_then(moment);
        at.map(|at| format!("Balances as of {at}"))
            .unwrap_or_default()
    });
    let accounts = item.clone();
    let on_retry = refresh.clone();
    let disconnect = move || {
        let (id, name) =
            item.with_untracked(|item| (item.id.clone(), item.institution_name.clone()));
        on_disconnect(id, name);
    };
    view! {
        <section class="item" aria-label=label>
            <div class="item-head">
                <span class="item-logo" aria-hidden="true" style:background-color=color>{initial}</span>
                <h2 tabindex="-1">{name}</h2>
            </div>
            <div class="item-status">
                <p role="status">{status}</p>
                <button type="button" class="button" hidden=is_well on:click=press(reconnect)>"Reconnect"</button>
                <button type="button" class="button" hidden=is_whole on:click=press(choose_accounts)>"Add or remove accounts"</button>
            </div>
            <FailureNotice failure=failure.read_only() on_retry=Box::new(on_retry) />
            <AccountList item=accounts />
            <div class="item-foot">
                <span class="item-refreshed">{refreshed}</span>
                <span class="item-actions">
                    <button type="button" class="button quiet" on:click=press(refresh)>
                        "Refresh"
                    </button>
                    <button type="button" class="button quiet danger" on:click=press(disconnect)>"Disconnect"</button>
                </span>
            </div>
        </section>
    }
}

/// Moves the focus from a card's button to its heading: the button may be gone when Link gives the focus back.
fn focus_heading() {
    let button = document().active_element();
    let card = button.and_then(|button| button.closest("section").ok().flatten());
    let heading = card.and_then(|card| card.query_selector("h2").ok().flatten());
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _ = heading.focus();
    }
}

/// What an Item needs, in words; nothing if all is well.
fn status_words(item: &Item) -> String {
    if item.status != ItemStatus::Healthy {
        let words = code_words(error_code(item));
        let told = item
            .error
            .as_ref()
            .and_then(|error| error.display_message.as_deref());
        return format!("{} {}", words.title, told.unwrap_or(words.advice));
    }
    if let Some(end) = item.disconnects_at.as_deref().and_then(date) {
        // Because the permission ends, or because the bank connects in another way from then on.
        return format!("This bank shares nothing new after {end}. Reconnect it to keep it.");
    }
    if item.new_accounts_available {
        return "Your bank has accounts that you do not share yet.".to_owned();
    }
    String::new()
}

/// Whether the user can make it well in Link: the sign-in is asked for, or the permission is about to end.
fn needs_its_user(item: &Item) -> bool {
    match item.status {
        ItemStatus::Healthy => item.disconnects_at.is_some(),
        ItemStatus::LoginRequired => true,
        ItemStatus::Failing => code_words(error_code(item)).step == NextStep::TryAgain,
    }
}

/// A status may be known before its reason.
fn error_code(item: &Item) -> &str {
    match (&item.error, item.status) {
        (Some(error), _) => &error.error_code,
        (None, ItemStatus::LoginRequired) => "ITEM_LOGIN_REQUIRED",
        (None, _) => "INSTITUTION_NOT_RESPONDING",
    }
}

/// The institution's colour; nothing while it is not known.
fn color(item: &Item) -> String {
    let color = item.institution_color.as_ref();
    let color = color.filter(|color| is_color(color));
    color.cloned().unwrap_or_default()
}

/// Only `#rrggbb` becomes a style: text from outside is text.
fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
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
    fn only_what_its_user_can_mend_is_offered_for_repair() {
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
            (Failing, Some("A_CODE_OF_TOMORROW"), false, "went wrong"),
            (Failing, None, false, "not responding"),
        ] {
            let item = item(status, code);
            assert_eq!(needs_its_user(&item), offered, "{status:?} {code:?}");
            let said = status_words(&item);
            assert!(
                said.contains(words) && said.is_empty() == words.is_empty(),
                "{said}"
            );
        }
    }

    #[test]
    fn plaids_own_words_go_first() {
        let mut item = item(ItemStatus::Failing, Some("ITEM_LOCKED"));
        if let Some(error) = &mut item.error {
            error.display_message = Some("Call your branch.".to_owned());
        }
        assert!(status_words(&item).ends_with("Call your branch."));
    }

    #[test]
    fn only_a_color_is_a_color() {
        for (color, is) in [
            ("#004966", true),
            ("#00496", false),
            ("red", false),
            ("#00496g", false),
            ("#fff;x", false),
            ("url(evil)", false),
        ] {
            assert_eq!(is_color(color), is, "{color}");
        }
    }
}
