//! Nothing of ours.

use leptos::prelude::*;
use size::{link_token, session, settings, submit};

fn main() {
    mount_to_body(|| {
        let said = RwSignal::new(String::new());
        let click = move |_| {
            leptos::task::spawn_local(async move {
                let settings = settings();
                let asked = async {
                    let session = session(&settings).await?;
                    let grant = link_token(&settings).await?;
                    submit(&settings, &grant.link_token).await?;
                    Ok::<_, String>(format!("{} {}", session.user_id, grant.expires_in_seconds))
                };
                said.set(asked.await.unwrap_or_else(|error| error));
            });
        };
        view! {
            <button on:click=click>"Connect a bank account"</button>
            <p>{said}</p>
        }
    });
}
