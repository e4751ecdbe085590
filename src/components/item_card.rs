use connect_api::{Item, ItemStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::Failure;

use super::{AccountList, Notice};
use crate::backend::Backend;
use crate::intl::moment;

/// An Item: its institution, its accounts, and what can be done with it.
#[component]
pub fn ItemCard(
    /// The Item; a new balance comes by it.
    item: ArcRwSignal<Item>,
    /// The user wants it disconnected.
    on_disconnect: impl Fn(Item) + 'static,
) -> impl IntoView {
    let backend = expect_context::<Backend>();
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
    let on_retry = refresh.clone();
    let name = {
        let item = item.clone();
        Memo::new(move |_| item.with(|item| item.institution_name.clone()))
    };
    let color = item.with_untracked(|item| item.institution_color.clone());
    let initial = move || name.with(|name| name.chars().next().map(String::from));
    let status = item.clone();
    let accounts = item.clone();
    let refreshed = item.clone();
    let refreshed_at = move || {
        let at = refreshed.with(|item| moment(&item.refreshed_at));
        at.map(|at| format!("Balances as of {at}"))
    };
    let disconnect = move |_| on_disconnect(item.get_untracked());
    view! {
        <section class="item" aria-label=name>
            <div class="item-head">
                <span class="item-logo" aria-hidden="true" style:background-color=color.filter(|color| is_color(color))>
                    {initial}
                </span>
                <h2>{name}</h2>
            </div>
            {move || status_words(&status.get()).map(|words| view! {
                <p class="item-status" role="status">{words}</p>
            })}
            {move || failure.get().map(|failure| {
                let on_retry = on_retry.clone();
                view! { <Notice failure on_retry /> }
            })}
            {move || view! { <AccountList accounts=accounts.with(|item| item.accounts.clone()) /> }}
            <div class="item-foot">
                <span class="item-refreshed">{refreshed_at}</span>
                <span class="item-actions">
                    <button type="button" class="button quiet" aria-busy=move || refreshing.get().to_string() on:click=move |_| refresh()>
                        "Refresh"
                    </button>
                    <button type="button" class="button quiet danger" on:click=disconnect>"Disconnect"</button>
                </span>
            </div>
        </section>
    }
}

fn status_words(item: &Item) -> Option<String> {
    match item.status {
        ItemStatus::Healthy => None,
        ItemStatus::LoginRequired => {
            Some("Your bank wants you to sign in again before it shares anything new.".to_owned())
        }
        ItemStatus::Failing => {
            let words = item.error.as_ref().and_then(|error| error.display_message.clone());
            Some(words.unwrap_or_else(|| "Your bank is not answering at the moment.".to_owned()))
        }
    }
}

/// Only `#rrggbb` becomes a style: text from outside is text.
fn is_color(color: &str) -> bool {
    color
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
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
