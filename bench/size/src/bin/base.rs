//! An app without our libraries: it does what the others do, but submits the Link token, since it has no Link.

use leptos::prelude::*;
use size::{link_token, session, settings, submit};

fn main() {
    mount_to_body(|| {
        let said = RwSignal::new(String::new());
        let token = RwSignal::new(None);
        leptos::task::spawn_local(async move {
            let settings = settings();
            let asked = async {
                let session = session(&settings).await?;
                let grant = link_token(&settings).await?;
                token.set(Some(grant.link_token));
                Ok::<_, String>(format!("{} {}", session.user_id, grant.expires_in_seconds))
            };
            said.set(asked.await.unwrap_or_else(|error| error));
        });
        let click = move |_| {
            leptos::task::spawn_local(async move {
                let Some(token) = token.get_untracked() else {
                    return;
                };
                let submitted = submit(&settings(), &token).await;
                said.set(submitted.map_or_else(|error| error, |session| session.user_id));
            });
        };
        view! {
            <button disabled=move || token.get().is_none() on:click=click>"Connect a bank account"</button>
            <p>{said}</p>
        }
    });
}
