use leptos::prelude::*;

use crate::route::{Link, Route};

/// There is nothing at this path.
#[component]
pub fn NotFound(route: RwSignal<Route>) -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"There is nothing here"</h1>
            <p>"The address may be mistyped, or the page has moved."</p>
            <Link to=Route::Home route class="button" label="Go to your accounts" />
        </section>
    }
}
