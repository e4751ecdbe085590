//! The same app with `use_plaid_link`.

use leptos::prelude::*;
use leptos_plaid_link::plaid_types::LinkToken;
use leptos_plaid_link::{UsePlaidLinkOptions, use_plaid_link};
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
                token.set(Some(LinkToken::new(grant.link_token)));
                Ok::<_, String>(format!("{} {}", session.user_id, grant.expires_in_seconds))
            };
            said.set(asked.await.unwrap_or_else(|error| error));
        });
        let on_success = move |public_token: Option<_>, _| {
            leptos::task::spawn_local(async move {
                let Some(public_token) = public_token else {
                    return;
                };
                let public_token: leptos_plaid_link::plaid_types::PublicToken = public_token;
                let submitted = submit(&settings(), public_token.as_str()).await;
                said.set(submitted.map_or_else(|error| error, |session| session.user_id));
            });
        };
        let options = UsePlaidLinkOptions::default()
            .on_success(on_success)
            .on_exit(move |error, _| {
                said.set(error.map(|error| error.to_string()).unwrap_or_default())
            });
        let link = use_plaid_link(token, options);
        let click = move |_| {
            if let Err(error) = link.open() {
                said.set(error.to_string());
            }
        };
        view! {
            <button disabled=move || !link.ready.get() on:click=click>"Connect a bank account"</button>
            <p>{said}</p>
        }
    });
}
