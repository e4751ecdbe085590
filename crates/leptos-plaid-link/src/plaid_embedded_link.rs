//! The component that embeds the institution search.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use plaid_types::LinkToken;

use crate::IN_BROWSER;
use crate::plaid_link_crate::{EmbeddedHandler, Error, load};
use crate::use_plaid_link::UsePlaidLinkOptions;

/// An embedded institution search: a grid of banks inside the page.
///
/// It fills its element. Give the element at least 350 × 300 or 300 × 350 pixels by `class` or `style`. Another token
/// rebuilds it. To retry after an error, set `error` to none.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_plaid_link::{PlaidEmbeddedLink, UsePlaidLinkOptions, plaid_types::LinkToken};
///
/// #[component]
/// fn PayByBank(#[prop(into)] link_token: Signal<Option<LinkToken>>) -> impl IntoView {
///     view! {
///         <PlaidEmbeddedLink
///             token=link_token
///             options=UsePlaidLinkOptions::default()
///             attr:style="height: 350px"
///         />
///     }
/// }
/// ```
#[component]
pub fn PlaidEmbeddedLink(
    /// The Link token, once there is one. Update mode is not supported.
    #[prop(into)]
    token: Signal<Option<LinkToken>>,
    /// The callbacks and the options of the script.
    #[prop(optional)]
    options: UsePlaidLinkOptions,
    /// The error, if the script did not load or Link refused the token. Set it to none to retry.
    #[prop(optional)]
    error: RwSignal<Option<Error>>,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    if IN_BROWSER {
        embed(token, options, error, element);
    }
    view! { <div node_ref=element></div> }
}

fn embed(
    token: Signal<Option<LinkToken>>,
    options: UsePlaidLinkOptions,
    error: RwSignal<Option<Error>>,
    element: NodeRef<Div>,
) {
    let slot = StoredValue::new_local((0_u32, None::<EmbeddedHandler>));
    let options = StoredValue::new_local(options);
    Effect::new(move |before: Option<(_, bool)>| {
        let (wanted, has_failed) = ((token.get(), element.get()), error.with(Option::is_some));
        if let Some((before, had_failed)) = before
            && before == wanted
            && (has_failed || !had_failed)
        {
            return (wanted, has_failed);
        }
        let (token, element) = wanted.clone();
        error.set(None);
        let generation = slot.try_update_value(|(generation, handler)| {
            *handler = None;
            *generation = generation.wrapping_add(1);
            *generation
        });
        spawn_local(async move {
            let (Some(generation), Some(options)) = (generation, options.try_get_value()) else {
                return;
            };
            let plaid = load(&options.load).await;
            if slot.try_with_value(|(present, _)| *present) != Some(generation) {
                return;
            }
            let (Some(token), Some(element)) = (token, element) else {
                return;
            };
            let created = plaid
                .map_err(Error::from)
                .and_then(|plaid| plaid.create_embedded(options.link_options(&token), &element));
            match created {
                Ok(created) => {
                    slot.try_update_value(|(_, handler)| *handler = Some(created));
                }
                Err(failed) => {
                    error.try_set(Some(failed));
                }
            }
        });
        (wanted, false)
    });
    on_cleanup(move || {
        slot.try_update_value(|(_, handler)| *handler = None);
    });
}
