//! The page that a bank redirects to.

use leptos::prelude::*;
use leptos_plaid_link::{Failure, FailureKind, FailureNotice, UseLinkFlowReturn};

use crate::route::{Link, Route};

/// The redirect URI, to which an OAuth bank returns the user. Link continues by itself over this page.
#[component]
pub fn OauthReturn(flow: UseLinkFlowReturn, route: RwSignal<Route>) -> impl IntoView {
    let on_retry = move || {
        let kind = |failure: &Option<Failure>| failure.as_ref().map(|failure| failure.kind);
        match flow.failure.with_untracked(kind) {
            Some(FailureKind::Resume(error)) if error.is_final() => {
                Route::Home.replace(route);
                flow.open();
            }
            _ => flow.retry(),
        }
    };
    view! {
        <section class="empty">
            <h1>"Connecting your bank"</h1>
            <p>"You are back from your bank. We complete the connection now."</p>
            <FailureNotice failure=flow.failure on_retry=Box::new(on_retry) />
            <Link to=Route::Home route class="button" label="Go to your accounts" />
        </section>
    }
}
