//! Link tokens: for a new Item as the backend is configured and the page wishes, or for the repair of one.

use connect_api::CreateLinkToken;
use plaid_client::{CreatedLinkToken, InstitutionData, LinkUser, UpdateMode};
use serde_json::Value;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::config::LinkConfig;
use crate::error::{Error, Result};
use crate::ownerless::plaid_user;
use crate::refresh::access_token;

/// The languages of Link.
const LANGUAGES: [&str; 17] = [
    "da", "nl", "en", "et", "fr", "de", "hi", "it", "lv", "lt", "no", "pl", "pt", "ro", "es", "sv",
    "vi",
];

/// The types of accounts that can be filtered.
const ACCOUNT_TYPES: [&str; 5] = ["depository", "credit", "loan", "investment", "other"];

/// A Link token for this user.
pub(crate) async fn create(
    backend: &Backend,
    user: &UserId,
    wish: &CreateLinkToken,
) -> Result<CreatedLinkToken> {
    check(wish, &backend.config.link)?;
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
    let plaid_user = match &repair {
        Some(_) => None,
        None => plaid_user(backend, user).await,
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
            phone_number: wish.phone_number.as_deref(),
        },
        redirect_uri: redirect_uri.as_ref().map(|uri| uri.as_str()),
        link_customization_name: either(&wish.link_customization_name, &link.customization_name),
        account_filters: wish
            .account_filters
            .as_ref()
            .or(link.account_filters.as_ref()),
        appearance_mode: either(&wish.appearance_mode, &link.appearance_mode),
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
            request.user_id = plaid_user.as_deref();
            request.products = &link.products;
            request.webhook = webhook.as_ref().map(|url| url.as_str());
            request.institution_data = either(&wish.routing_number, &link.routing_number)
                .map(|routing_number| InstitutionData { routing_number });
        }
    }
    Ok(backend.plaid.link_token_create(&request).await?)
}

/// What the page wishes, or else what is configured.
fn either<'a>(wish: &'a Option<String>, configured: &'a Option<String>) -> Option<&'a str> {
    wish.as_deref().or(configured.as_deref())
}

fn check(wish: &CreateLinkToken, link: &LinkConfig) -> Result<()> {
    let allowed = |name: &str| {
        let names = &link.customizations;
        names.iter().any(|one| one == name) || link.customization_name.as_deref() == Some(name)
    };
    let fits =
        |text: &Option<String>, fits: &dyn Fn(&str) -> bool| text.as_deref().is_none_or(fits);
    let complaint = if !fits(&wish.language, &is_language) {
        "`language` is none of Link's."
    } else if wish.country_codes.len() > 30
        || !wish.country_codes.iter().all(|code| is_country_code(code))
    {
        "`country_codes` are two capital letters each."
    } else if !fits(&wish.routing_number, &is_routing_number) {
        "`routing_number` has nine digits."
    } else if !fits(&wish.appearance_mode, &is_appearance_mode) {
        "`appearance_mode` is LIGHT, DARK or SYSTEM."
    } else if !wish.account_filters.as_ref().is_none_or(is_account_filters) {
        "`account_filters` name subtypes by type, as in `{\"depository\": {\"account_subtypes\": [\"checking\"]}}`."
    } else if !fits(&wish.link_customization_name, &allowed) {
        "`link_customization_name` is none that the backend allows."
    } else if !fits(&wish.phone_number, &is_phone_number) {
        "`phone_number` is a plus, the country and the number, digits only."
    } else if wish.account_selection && wish.item_id.is_none() {
        "`account_selection` needs the `item_id` of the Item to change."
    } else {
        return Ok(());
    };
    Err(Error::Invalid(complaint))
}

pub(crate) fn is_language(text: &str) -> bool {
    LANGUAGES.contains(&text)
}

pub(crate) fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

pub(crate) fn is_routing_number(text: &str) -> bool {
    text.len() == 9 && is_digits(text)
}

pub(crate) fn is_appearance_mode(text: &str) -> bool {
    ["LIGHT", "DARK", "SYSTEM"].contains(&text)
}

/// For each type the subtypes that can be chosen.
pub(crate) fn is_account_filters(filters: &Value) -> bool {
    let names = |subtypes: &Value| {
        let subtypes = subtypes.as_array().filter(|subtypes| !subtypes.is_empty());
        subtypes.is_some_and(|subtypes| subtypes.iter().all(Value::is_string))
    };
    let is_filter = |filter: &Value| {
        let fields = filter.as_object().filter(|fields| fields.len() == 1);
        let subtypes = fields.and_then(|fields| fields.get("account_subtypes"));
        subtypes.is_some_and(names)
    };
    filters.as_object().is_some_and(|filters| {
        let mut filters = filters.iter();
        filters.all(|(kind, filter)| ACCOUNT_TYPES.contains(&&**kind) && is_filter(filter))
    })
}

/// E.164: at most fifteen digits, of which the first is no zero.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && is_digits(digits) && !digits.starts_with('0')
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
