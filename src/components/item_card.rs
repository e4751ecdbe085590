//! The card of an Item.

use connect_api::Item;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::dynamic::{press, text};
use leptos_plaid_link::{Failure, FailureNotice, UseLinkFlowReturn};
use plaid_types::ItemId;

use super::{AccountList, InstitutionLogo, ItemState};
use crate::backend::Backend;
use crate::intl::moment;

/// An Item: its institution, its state, its accounts, and the actions on it.
#[component]
pub fn ItemCard(
    /// The Item, which changes with its balances.
    item: ArcRwSignal<Item>,
    /// Called with the Item and its institution's name when the user clicks **Disconnect**.
    on_disconnect: impl Fn(ItemId, String) + 'static,
    /// The flow that repairs it.
    flow: UseLinkFlowReturn,
    backend: Backend,
) -> impl IntoView {
    let failure = RwSignal::new(None::<Failure>);
    let refresh = refresh(item.clone(), backend, failure);
    let on_retry = refresh.clone();
    let name = item.with_untracked(|item| item.institution_name.clone());
    let label = name.clone();
    let (logo, state, accounts) = (item.clone(), item.clone(), item.clone());
    let refreshed = {
        let item = item.clone();
        text(move || item.with(refreshed_words))
    };
    let disconnect = move || {
        let (id, name) =
            item.with_untracked(|item| (item.id.clone(), item.institution_name.clone()));
        on_disconnect(id, name);
    };
    view! {
        <section class="item" aria-label=label>
            <div class="item-head">
                <InstitutionLogo item=logo />
                <h2 tabindex="-1">{name}</h2>
            </div>
            <ItemState item=state flow />
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

/// Returns the action that fetches the balances of an Item, one request at a time.
fn refresh(
    item: ArcRwSignal<Item>,
    backend: Backend,
    failure: RwSignal<Option<Failure>>,
) -> impl Fn() + Clone {
    let is_refreshing = RwSignal::new(false);
    move || {
        if is_refreshing.get_untracked() {
            return;
        }
        is_refreshing.set(true);
        failure.set(None);
        let item = item.clone();
        spawn_local(async move {
            let id = item.with_untracked(|item| item.id.clone());
            match backend.refresh_item(&id).await {
                Ok(refreshed) => item.set(refreshed),
                Err(error) => {
                    failure.try_set(Some(error.into()));
                }
            }
            is_refreshing.try_set(false);
        });
    }
}

fn refreshed_words(item: &Item) -> String {
    let at = item.refreshed_at.as_deref().and_then(moment);
    at.map(|at| format!("Balances as of {at}"))
        .unwrap_or_default()
}
