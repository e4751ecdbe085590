//! Link tokens: for a new Item as the backend is configured and the page wishes, or for the repair of one.

use connect_api::CreateLinkToken;
use plaid_client::{CreatedLinkToken, InstitutionData, LinkUser, UpdateMode};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::refresh::access_token;

/// The languages of Link.
const LANGUAGES: [&str; 17] = [
    "da", "nl", "en", "et", "fr", "de", "hi", "it", "lv", "lt", "no", "pl", "pt", "ro", "es", "sv",
    "vi",
];

/// A Link token for this user.
pub(crate) async fn create(
    backend: &Backend,
    user: &UserId,
    wish: &CreateLinkToken,
) -> Result<CreatedLinkToken> {
    check(wish)?;
    let repair = match &wish.item_id {
        Some(id) => {
            backend.store.item(user, id).await?.ok_or(Error::NotFound)?;
            let token = access_token(backend, user, id).await?;
            Some(token.ok_or(Error::Invalid(
                "It cannot be repaired: connect the bank anew.",
            ))?)
        }
        None => None,
    };
    let link = &backend.config.link;
    let redirect_uri = backend.config.redirect_uri();
    let webhook = backend.config.webhook_url();
    let mut request = plaid_client::CreateLinkToken {
        client_name: &link.client_name,
        language: wish.language.as_deref().unwrap_or(&link.language),
        country_codes: &link.country_codes,
        user: LinkUser {
            client_user_id: user.as_str(),
        },
        redirect_uri: redirect_uri.as_ref().map(|uri| uri.as_str()),
        link_customization_name: link.customization_name.as_deref(),
        account_filters: link.account_filters.as_ref(),
        appearance_mode: wish.appearance_mode.as_deref(),
        ..plaid_client::CreateLinkToken::default()
    };
    if !wish.country_codes.is_empty() {
        request.country_codes = &wish.country_codes;
    }
    match &repair {
        Some(token) => {
            request.access_token = Some(token);
            request.update = wish.account_selection.then_some(UpdateMode {
                account_selection_enabled: true,
            });
        }
        None => {
            request.products = &link.products;
            request.webhook = webhook.as_ref().map(|url| url.as_str());
            request.institution_data = wish
                .routing_number
                .as_deref()
                .map(|routing_number| InstitutionData { routing_number });
        }
    }
    Ok(backend.plaid.link_token_create(&request).await?)
}

fn check(wish: &CreateLinkToken) -> Result<()> {
    let country =
        |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if wish
        .language
        .as_deref()
        .is_some_and(|language| !LANGUAGES.contains(&language))
    {
        return Err(Error::Invalid("`language` is none of Link's."));
    }
    if wish.country_codes.len() > 30 || !wish.country_codes.iter().all(country) {
        return Err(Error::Invalid(
            "`country_codes` are two capital letters each.",
        ));
    }
    if wish.routing_number.as_deref().is_some_and(|number| {
        number.len() != 9 || !number.bytes().all(|byte| byte.is_ascii_digit())
    }) {
        return Err(Error::Invalid("`routing_number` has nine digits."));
    }
    if wish
        .appearance_mode
        .as_deref()
        .is_some_and(|mode| !["LIGHT", "DARK", "SYSTEM"].contains(&mode))
    {
        return Err(Error::Invalid(
            "`appearance_mode` is LIGHT, DARK or SYSTEM.",
        ));
    }
    if wish.account_selection && wish.item_id.is_none() {
        return Err(Error::Invalid(
            "`account_selection` needs the `item_id` of the Item to change.",
        ));
    }
    Ok(())
}
