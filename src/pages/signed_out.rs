//! The page after the user has signed out.

use leptos::prelude::*;
use leptos_plaid_link::dynamic::press;

use crate::heading;

/// The page after a sign-out, in every tab.
#[component]
pub fn SignedOut() -> impl IntoView {
    let start_again = || drop(window().location().reload());
    view! {
        <section class="empty">
            <h1 id=heading::ID tabindex="-1">"You are signed out."</h1>
            <button type="button" class="button" on:click=press(start_again)>"Start again"</button>
        </section>
    }
}
