//! The creation of Link tokens: for a new Item, or for the repair of an Item in update mode.

use connect_api::CreateLinkToken;
use plaid_client::{AccessToken, CreatedLinkToken, InstitutionData, LinkUser, UpdateMode};
use plaid_types::ItemId;

use super::plaid_user::plaid_user;
use crate::config::LinkConfig;
use crate::config::link_options::{
    is_account_filters, is_appearance_mode, is_country_code, is_language, is_phone_number,
    is_routing_number,
};
use crate::error::{Error, Result};
use crate::items::access_token::access_token;
use crate::items::state::record_error;
use crate::state::AppState;
use crate::user::UserId;

/// The most country codes in a request.
const MAX_COUNTRY_CODES: usize = 30;

/// Creates a Link token for a user, with the options of the request and, where it has none, those of the settings.
pub(crate) async fn create_token(
    state: &AppState,
    user: &UserId,
    request: &CreateLinkToken,
) -> Result<CreatedLinkToken> {
    check(request, &state.config.link)?;
    let repair = match &request.item_id {
        Some(id) => Some(token_to_repair(state, user, id).await?),
        None => None,
    };
    state.plaid_budget.person()?;
    let plaid_user = match &repair {
        Some(_) => None,
        None => plaid_user(state, user).await,
    };
    let link = &state.config.link;
    let redirect_uri = state.config.redirect_uri();
    let webhook = state.config.webhook_url();
    let mut options = plaid_client::CreateLinkToken {
        client_name: &link.client_name,
        language: request.language.as_deref().unwrap_or(&link.language),
        country_codes: &link.country_codes,
        user: LinkUser {
            client_user_id: user.as_str(),
            phone_number: request.phone_number.as_deref(),
        },
        redirect_uri: redirect_uri.as_ref().map(|uri| uri.as_str()),
        link_customization_name: either(&request.link_customization_name, &link.customization_name),
        account_filters: request
            .account_filters
            .as_ref()
            .or(link.account_filters.as_ref()),
        appearance_mode: either(&request.appearance_mode, &link.appearance_mode),
        ..plaid_client::CreateLinkToken::default()
    };
    if !request.country_codes.is_empty() {
        options.country_codes = &request.country_codes;
    }
    match &repair {
        Some(token) => {
            options.access_token = Some(token);
            options.update = request.account_selection.then_some(UpdateMode {
                account_selection_enabled: true,
            });
        }
        None => {
            options.user_id = plaid_user.as_deref();
            options.products = &link.products;
            options.webhook = webhook.as_ref().map(|url| url.as_str());
            options.institution_data = either(&request.routing_number, &link.routing_number)
                .map(|routing_number| InstitutionData { routing_number });
        }
    }
    let created = state.plaid.link_token_create(&options).await;
    if let (Err(error), Some(id)) = (&created, &request.item_id) {
        record_error(state, user, id, error).await?;
    }
    Ok(created?)
}

async fn token_to_repair(state: &AppState, user: &UserId, id: &ItemId) -> Result<AccessToken> {
    state.store.item(user, id).await?.ok_or(Error::NotFound)?;
    let token = access_token(state, user, id).await?;
    token.ok_or(Error::Invalid(
        "This Item cannot be repaired. Connect the bank again.",
    ))
}

/// Returns the option of the request or, if it has none, that of the settings.
fn either<'a>(requested: &'a Option<String>, configured: &'a Option<String>) -> Option<&'a str> {
    requested.as_deref().or(configured.as_deref())
}

fn check(request: &CreateLinkToken, link: &LinkConfig) -> Result<()> {
    let allowed = |name: &str| {
        let names = &link.customizations;
        names.iter().any(|one| one == name) || link.customization_name.as_deref() == Some(name)
    };
    let fits = |text: &Option<String>, is_valid: &dyn Fn(&str) -> bool| {
        text.as_deref().is_none_or(is_valid)
    };
    let complaint = if !fits(&request.language, &is_language) {
        "`language` must be one of Link's languages."
    } else if request.country_codes.len() > MAX_COUNTRY_CODES
        || !request
            .country_codes
            .iter()
            .all(|code| is_country_code(code))
    {
        "`country_codes` must be two capital letters each."
    } else if !fits(&request.routing_number, &is_routing_number) {
        "`routing_number` must have nine digits."
    } else if !fits(&request.appearance_mode, &is_appearance_mode) {
        "`appearance_mode` must be LIGHT, DARK or SYSTEM."
    } else if !request
        .account_filters
        .as_ref()
        .is_none_or(is_account_filters)
    {
        "`account_filters` must list subtypes by type, as in `{\"depository\": {\"account_subtypes\": [\"checking\"]}}`."
    } else if !fits(&request.link_customization_name, &allowed) {
        "`link_customization_name` must be one that the backend allows."
    } else if !fits(&request.phone_number, &is_phone_number) {
        "`phone_number` must be a plus, the country code and the number, digits only."
    } else if request.account_selection && request.item_id.is_none() {
        "`account_selection` requires the `item_id` of the Item to change."
    } else {
        return Ok(());
    };
    Err(Error::Invalid(complaint))
}
