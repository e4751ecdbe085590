use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::{Failure, FailureNotice};
use plaid_types::ItemId;

use super::AccountList;
use crate::backend::Backend;
use crate::dynamic::text;
use crate::intl::moment;

/// An Item: its institution, its accounts, and what can be done with it.
#[component]
pub fn ItemCard(
    /// The Item; a new balance comes by it.
    item: ArcRwSignal<Item>,
    /// The user wants it disconnected.
    on_disconnect: impl Fn(ItemId, String) + 'static,
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
    let color = item.with_untracked(|item| item.institution_color.clone());
    let color = color.filter(|color| is_color(color));
    let name = item.with_untracked(|item| item.institution_name.clone());
    let initial: String = name.chars().take(1).collect();
    let label = name.clone();
    let say = |of: fn(&Item) -> String| {
        let item = item.clone();
        text(move || item.with(of))
    };
    let status = say(status_words);
    let refreshed = say(|item| {
        let at = moment(&item.refreshed_at);
        at.map(|at| format!("Balances as of {at}"))
            .unwrap_or_default()
    });
    let accounts = item.clone();
    let on_retry = refresh.clone();
    let disconnect = move |_| {
        let (id, name) =
            item.with_untracked(|item| (item.id.clone(), item.institution_name.clone()));
        on_disconnect(id, name);
    };
    view! {
        <section class="item" aria-label=label>
            <div class="item-head">
                <span class="item-logo" aria-hidden="true" style:background-color=color>{initial}</span>
                <h2>{name}</h2>
            </div>
            <p class="item-status" role="status">{status}</p>
            <FailureNotice failure=failure.read_only() on_retry=Box::new(on_retry) />
            <AccountList item=accounts />
            <div class="item-foot">
                <span class="item-refreshed">{refreshed}</span>
                <span class="item-actions">
                    <button type="button" class="button quiet" on:click=move |_| refresh()>
                        "Refresh"
                    </button>
                    <button type="button" class="button quiet danger" on:click=disconnect>"Disconnect"</button>
                </span>
            </div>
        </section>
    }
}

/// What is wrong with an Item, in words; nothing if nothing is.
fn status_words(item: &Item) -> String {
    let told = item
        .error
        .as_ref()
        .and_then(|error| error.display_message.clone());
    match item.status {
        ItemStatus::Healthy => String::new(),
        ItemStatus::LoginRequired => {
            "Your bank wants you to sign in again before it shares anything new.".to_owned()
        }
        ItemStatus::Failing => {
            told.unwrap_or_else(|| "Your bank is not answering at the moment.".to_owned())
        }
    }
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
