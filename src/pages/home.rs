//! The page of the accounts.

use connect_api::Item;
use leptos::prelude::*;
use leptos_plaid_link::dynamic::flag;
use leptos_plaid_link::{ConnectBank, FailureNotice, UseLinkFlowReturn};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::backend::Backend;
use crate::children::{Children, fill, mount};
use crate::components::{DisconnectDialog, ItemCard, News, Skeleton, ask};
use crate::wallet::{Wallet, WalletState};

const HEADING: &str = "accounts";

/// The accounts, and the button that connects another bank.
#[component]
pub fn Home(
    /// The flow that connects and repairs.
    flow: UseLinkFlowReturn,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let disconnecting = RwSignal::new(None);
    let disconnected = RwSignal::new(String::new());
    let on_disconnected = move |institution: String| {
        flow.dismiss();
        disconnected.set(format!("{institution} is disconnected."));
        // The focused button is gone.
        focus(HEADING);
    };
    let cards = Children::new(
        move || {
            let key = |item: &ArcRwSignal<Item>| item.with_untracked(|item| item.id.clone());
            wallet.items.with(|items| items.iter().map(key).collect())
        },
        move |list, id| {
            let item = wallet.find(id)?;
            let on_disconnect = move |id, institution| ask(disconnecting, id, institution);
            Some(mount(
                list,
                move || view! { <ItemCard item on_disconnect flow backend /> },
            ))
        },
    );
    let has_items = move || wallet.items.with(|items| !items.is_empty());
    let hidden_unless = move |state| flag(move || wallet.state.get() != state || has_items());

    view! {
        <div>
            <div class="page-head">
                <h1 id=HEADING tabindex="-1">"Your accounts"</h1>
                <ConnectBank flow describe=|_| String::new() />
            </div>
            <News flow disconnected take_focus=|| focus(HEADING) wallet />
            <FailureNotice failure=wallet.failure.read_only() on_retry=Box::new(move || wallet.load(backend)) />
            <Skeleton hidden=hidden_unless(WalletState::Loading) />
            <section class="empty" hidden=hidden_unless(WalletState::Loaded)>
                <h2>"No bank connected yet"</h2>
                <p>"Connect one to see its accounts and balances here. You can disconnect it at any time."</p>
            </section>
            <div class="items" use:fill=cards></div>
            <DisconnectDialog disconnecting on_disconnected backend wallet />
        </div>
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
