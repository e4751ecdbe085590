//! The page for unknown paths.

use leptos::prelude::*;

use crate::route::{Link, Route};

/// The page for an unknown path.
#[component]
pub fn NotFound(route: RwSignal<Route>) -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"Page not found"</h1>
            <p>"The address may be wrong, or the page has moved."</p>
            <Link to=Route::Home route class="button" label="Go to your accounts" />
        </section>
    }
}
