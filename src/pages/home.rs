//! The page of the accounts.

use connect_api::Item;
use leptos::prelude::*;
use leptos_plaid_link::dynamic::flag;
use leptos_plaid_link::{ConnectBank, FailureNotice, UseLinkFlowReturn};

use crate::backend::Backend;
use crate::children::{Children, fill, mount};
use crate::components::{Confirm, ItemCard, News, Skeleton};
use crate::heading;
use crate::wallet::{Wallet, WalletState};

/// The accounts, and the button that connects another bank.
#[component]
pub fn Home(
    /// The flow that connects and repairs.
    flow: UseLinkFlowReturn,
    /// The dialog that asks before a disconnect.
    confirm: Confirm,
    backend: Backend,
    wallet: Wallet,
) -> impl IntoView {
    let cards = Children::new(
        move || {
            let key = |item: &ArcRwSignal<Item>| item.with_untracked(|item| item.id.clone());
            wallet.items.with(|items| items.iter().map(key).collect())
        },
        move |list, id| {
            let item = wallet.find(id)?;
            let on_disconnect = move |id, institution| confirm.disconnect(id, institution);
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
                <h1 id=heading::ID tabindex="-1">"Your accounts"</h1>
                <ConnectBank flow describe=|_| String::new() />
            </div>
            <News flow disconnected=confirm.disconnected take_focus=heading::focus wallet />
            <FailureNotice failure=wallet.failure.read_only() on_retry=Box::new(move || wallet.load(backend)) />
            <Skeleton hidden=hidden_unless(WalletState::Loading) />
            <section class="empty" hidden=hidden_unless(WalletState::Loaded)>
                <h2>"No bank connected yet"</h2>
                <p>"Connect one to see its accounts and balances here. You can disconnect it at any time."</p>
            </section>
            <div class="items" use:fill=cards></div>
        </div>
    }
}
