//! The dialog that confirms a disconnect.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::dynamic::{press, text};
use leptos_plaid_link::{Failure, FailureNotice};
use plaid_types::ItemId;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::backend::Backend;
use crate::wallet::Wallet;

const ID: &str = "disconnect-dialog";

/// The Item to disconnect, and its institution's name.
pub type Disconnecting = RwSignal<Option<(ItemId, String)>>;

/// Opens the dialog for an Item.
pub fn ask(disconnecting: Disconnecting, item: ItemId, institution: String) {
    disconnecting.set(Some((item, institution)));
    if let Some(dialog) = dialog() {
        let _ = dialog.show_modal();
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id(ID)?.dyn_into().ok()
}

fn close() {
    if let Some(dialog) = dialog() {
        dialog.close();
    }
}

/// A dialog that asks before an Item is disconnected. [`ask`] opens it.
#[component]
pub fn DisconnectDialog(
    /// The Item to disconnect.
    disconnecting: Disconnecting,
    /// Called with the institution's name after the disconnect.
    on_disconnected: impl Fn(String) + Copy + 'static,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let disconnect = move || {
        let Some((id, institution)) = disconnecting
            .get_untracked()
            .filter(|_| !is_busy.get_untracked())
        else {
            return;
        };
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            match backend.delete_item(&id).await {
                Ok(()) => {
                    close();
                    wallet.remove(&id);
                    on_disconnected(institution);
                }
                Err(error) => {
                    failure.try_set(Some(error.into()));
                }
            }
            is_busy.try_set(false);
        });
    };
    let title = text(move || {
        let name = disconnecting.with(|item| item.as_ref().map(|(_, name)| name.clone()));
        format!("Disconnect {}?", name.unwrap_or_default())
    });
    view! {
        <dialog id=ID class="dialog" aria-labelledby="disconnect-title" on:close=move |_| failure.set(None)>
            <h2 id="disconnect-title" prop:textContent=title></h2>
            <p>"Its accounts disappear from here, and we can no longer see them. You can connect the bank again at any time."</p>
            <FailureNotice failure=failure.read_only() on_retry=Box::new(disconnect) />
            <div class="dialog-actions">
                <button type="button" class="button" autofocus on:click=press(close)>"Cancel"</button>
                <button type="button" class="button danger filled" on:click=press(disconnect)>"Disconnect"</button>
            </div>
        </dialog>
    }
}
