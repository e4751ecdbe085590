use leptos::prelude::*;
use leptos_plaid_link::{
    ConnectBank, FailureNotice, LoadOptions, Outcome, UseLinkFlowOptions, use_link_flow,
};

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::backend::Backend;
use crate::components::{DisconnectDialog, ItemCard, Skeleton, ask};
use crate::dynamic::{flag, text};
use crate::wallet::{ConnectBackend, Wallet, WalletState, report_event};

const HEADING: &str = "accounts";

/// The accounts, and the button that connects another bank.
#[component]
pub fn Home(
    /// Where Link's script lives.
    src: String,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let options = UseLinkFlowOptions::default()
        .load(LoadOptions {
            src,
            ..LoadOptions::default()
        })
        .on_raw_event(move |name, metadata| report_event(backend, name, metadata));
    let flow = use_link_flow(ConnectBackend { backend, wallet }, options);
    wallet.load(backend);

    let leaving = RwSignal::new(None);
    let departed = RwSignal::new(String::new());
    let news = text(move || {
        let ended = flow
            .outcome
            .with(|outcome| outcome.as_ref().map(|ended| words_of(ended, wallet)));
        ended.unwrap_or_else(|| departed.get())
    });
    let on_disconnected = move |institution: String| {
        flow.dismiss();
        departed.set(format!("{institution} is disconnected."));
        // The button that had the focus is gone.
        focus(HEADING);
    };
    let has_items = move || wallet.items.with(|items| !items.is_empty());
    let is_here = flag(move || wallet.state.get() != WalletState::Loading || has_items());
    let is_not_empty = flag(move || wallet.state.get() != WalletState::Loaded || has_items());

    view! {
        <div class="page-head">
            <h1 id=HEADING tabindex="-1">"Your accounts"</h1>
            <ConnectBank flow />
        </div>
        <p class="news" role="status">{news}</p>
        <FailureNotice failure=wallet.failure.read_only() on_retry=Box::new(move || wallet.load(backend)) />
        <Skeleton hidden=is_here />
        <section class="empty" hidden=is_not_empty>
            <h2>"No bank connected yet"</h2>
            <p>"Connect one to see its accounts and balances here. You can disconnect it at any time."</p>
        </section>
        <div class="items">
            <For each=move || wallet.items.get() key=|item| item.with_untracked(|item| item.id.clone()) let:item>
                <ItemCard item on_disconnect=move |id, institution| ask(leaving, id, institution) backend />
            </For>
        </div>
        <DisconnectDialog leaving on_disconnected backend wallet />
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// What to tell about the end of a visit to Link.
fn words_of(outcome: &Outcome, wallet: Wallet) -> String {
    match outcome {
        Outcome::Linked(id) | Outcome::Repaired(id) | Outcome::Duplicate(id) => {
            let name = wallet.items.with_untracked(|items| {
                let item = items
                    .iter()
                    .find(|item| item.with_untracked(|item| item.id == *id))?;
                Some(item.with_untracked(|item| item.institution_name.clone()))
            });
            format!("{} is connected.", name.as_deref().unwrap_or("Your bank"))
        }
        Outcome::Finished => "All done.".to_owned(),
        Outcome::Left(exit) => match &exit.error {
            Some(error) => {
                let words = error.display_message.as_deref();
                let words = words.unwrap_or("Your bank could not be connected.");
                format!("{words} Nothing was connected.")
            }
            None => {
                "You left before a bank was connected. You can try again at any time.".to_owned()
            }
        },
        Outcome::Lost(_) => {
            "The connection took too long to complete. Please connect the bank once more."
                .to_owned()
        }
    }
}
