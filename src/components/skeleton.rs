//! The placeholder of the accounts.

use leptos::prelude::*;

/// A placeholder while the accounts are fetched. `index.html` has the same one for the time before the app runs.
#[component]
pub fn Skeleton(
    /// Whether the accounts are fetched.
    hidden: Box<dyn FnMut() -> bool + Send>,
) -> impl IntoView {
    view! {
        <div hidden=hidden>
            <div class="skeleton" aria-hidden="true">
                <div class="skeleton-card"></div>
                <div class="skeleton-card"></div>
            </div>
            <p class="visually-hidden" role="status">"Loading your accounts…"</p>
        </div>
    }
}
