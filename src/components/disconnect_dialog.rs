use connect_api::Item;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::{Failure, FailureNotice};

use crate::backend::Backend;
use crate::dynamic::{flag, text};
use crate::wallet::Wallet;

/// Asks before an Item is disconnected.
#[component]
pub fn DisconnectDialog(
    /// The Item in question; the dialog is open while there is one.
    item: RwSignal<Option<Item>>,
    /// It is disconnected; the institution's name.
    on_disconnected: impl Fn(String) + Copy + 'static,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match item.with(Option::is_some) {
            true if !dialog.open() => {
                failure.set(None);
                let _ = dialog.show_modal();
            }
            false if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let disconnect = move || {
        let Some(leaving) = item.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            match backend.delete_item(&leaving.id).await {
                Ok(()) => {
                    item.try_set(None);
                    wallet.remove(&leaving.id);
                    on_disconnected(leaving.institution_name);
                }
                Err(error) => {
                    failure.try_set(Some(error.into()));
                }
            }
            busy.try_set(false);
        });
    };
    let title = text(move || {
        let name = item.with(|item| item.as_ref().map(|item| item.institution_name.clone()));
        format!("Disconnect {}?", name.unwrap_or_default())
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="disconnect-title" on:close=move |_| item.set(None)>
            <h2 id="disconnect-title">{title}</h2>
            <p>"Its accounts disappear from here, and we can no longer see them. You can connect the bank again at any time."</p>
            <FailureNotice failure=failure.read_only() on_retry=Box::new(disconnect) />
            <div class="dialog-actions">
                <button type="button" class="button" autofocus on:click=move |_| item.set(None)>"Cancel"</button>
                <button
                    type="button"
                    class="button danger filled"
                    disabled=flag(move || busy.get())
                    on:click=move |_| disconnect()
                >
                    "Disconnect"
                </button>
            </div>
        </dialog>
    }
}
