use leptos::prelude::*;

/// The shape of what is to come; the page paints the same one before the app is there.
#[component]
pub fn Skeleton(
    /// Whether it has come.
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
