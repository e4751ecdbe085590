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

/// The Item that may be disconnected, and its institution's name.
pub type Leaving = RwSignal<Option<(ItemId, String)>>;

/// Asks whether this Item is to be disconnected.
pub fn ask(leaving: Leaving, item: ItemId, institution: String) {
    leaving.set(Some((item, institution)));
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

/// Asks before an Item is disconnected; hidden until [`ask`].
#[component]
pub fn DisconnectDialog(
    /// The Item in question.
    leaving: Leaving,
    /// It is disconnected; the institution's name.
    on_disconnected: impl Fn(String) + Copy + 'static,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let disconnect = move || {
        let Some((id, institution)) = leaving.get_untracked().filter(|_| !busy.get_untracked())
        else {
            return;
        };
        busy.set(true);
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
            busy.try_set(false);
        });
    };
    let title = text(move || {
        let name = leaving.with(|item| item.as_ref().map(|(_, name)| name.clone()));
        format!("Disconnect {}?", name.unwrap_or_default())
    });
    view! {
        <dialog id=ID class="dialog" aria-labelledby="disconnect-title" on:close=move |_| failure.set(None)>
            <h2 id="disconnect-title">{title}</h2>
            <p>"Its accounts disappear from here, and we can no longer see them. You can connect the bank again at any time."</p>
            <FailureNotice failure=failure.read_only() on_retry=Box::new(disconnect) />
            <div class="dialog-actions">
                <button type="button" class="button" autofocus on:click=press(close)>"Cancel"</button>
                <button type="button" class="button danger filled" on:click=press(disconnect)>"Disconnect"</button>
            </div>
        </dialog>
    }
}
