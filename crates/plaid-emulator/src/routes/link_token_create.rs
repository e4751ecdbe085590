//! `/link/token/create`: a Link token for a new Item or for update mode.

use plaid_types::PlaidError;
use serde_json::{Value, json};

use super::{
    endpoint::{Body, Endpoint},
    field::{Field, Kind, missing_fields, optional, required},
    values::{COUNTRIES, LANGUAGES, PRODUCTS, SUBTYPES},
};
use crate::{
    clock::iso,
    error::{plaid_error, plaid_error_with_message},
    state::AppState,
    world::{AccountSelect, LinkTokenRequest},
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/link/token/create",
    fields: &[
        required("client_name", Kind::FilledText),
        required("language", Kind::OneOf(LANGUAGES)),
        required("country_codes", Kind::FilledList(&Kind::OneOf(COUNTRIES))),
        optional("user", Kind::Object(USER)),
        optional("user_id", Kind::FilledText),
        optional("products", PRODUCT_LIST),
        optional("required_if_supported_products", PRODUCT_LIST),
        optional("optional_products", PRODUCT_LIST),
        optional("additional_consented_products", PRODUCT_LIST),
        optional("webhook", Kind::Url),
        optional("access_token", Kind::FilledText),
        optional("access_tokens", Kind::List(&Kind::FilledText)),
        optional("link_customization_name", Kind::Text),
        optional("appearance_mode", Kind::OneOf(&["LIGHT", "DARK", "SYSTEM"])),
        optional("redirect_uri", Kind::Url),
        optional("android_package_name", Kind::Text),
        optional(
            "institution_data",
            Kind::Object(&[optional("routing_number", Kind::Text)]),
        ),
        optional("account_filters", Kind::Object(ACCOUNT_FILTERS)),
        optional("institution_id", Kind::FilledText),
        optional("update", Kind::Object(UPDATE)),
        optional("hosted_link", Kind::Object(HOSTED_LINK)),
        optional(
            "transactions",
            Kind::Object(&[optional("days_requested", Kind::Integer(1, 730))]),
        ),
        optional("auth", Kind::AnyObject),
        optional("base_report", Kind::AnyObject),
        optional("card_switch", Kind::AnyObject),
        optional("cashflow_report", Kind::AnyObject),
        optional("consumer_report_permissible_purpose", Kind::Text),
        optional("cra_enabled", Kind::Flag),
        optional("cra_options", Kind::AnyObject),
        optional("credit_partner_insights", Kind::AnyObject),
        optional("employment", Kind::AnyObject),
        optional("enable_multi_item_link", Kind::Flag),
        optional("eu_config", Kind::AnyObject),
        optional("financekit_supported", Kind::Flag),
        optional("identity", Kind::AnyObject),
        optional("identity_verification", Kind::AnyObject),
        optional("income_verification", Kind::AnyObject),
        optional("investments", Kind::AnyObject),
        optional("investments_auth", Kind::AnyObject),
        optional("payment_configuration", Kind::AnyObject),
        optional("payment_initiation", Kind::AnyObject),
        optional("statements", Kind::AnyObject),
        optional("third_party_user_token", Kind::Text),
        optional("transfer", Kind::AnyObject),
        optional("user_token", Kind::Text),
    ],
    answer,
};

const PRODUCT_LIST: Kind = Kind::List(&Kind::OneOf(PRODUCTS));

const USER: &[Field] = &[
    required("client_user_id", Kind::FilledText),
    optional("legal_name", Kind::Text),
    optional("name", Kind::AnyObject),
    optional("phone_number", Kind::Text),
    optional("phone_number_verified_time", Kind::Text),
    optional("email_address", Kind::Text),
    optional("email_address_verified_time", Kind::Text),
    optional("ssn", Kind::Text),
    optional("date_of_birth", Kind::Text),
    optional("address", Kind::AnyObject),
    optional("id_number", Kind::AnyObject),
];

const FILTER: Kind = Kind::Object(&[required(
    "account_subtypes",
    Kind::FilledList(&Kind::OneOf(SUBTYPES)),
)]);

const ACCOUNT_FILTERS: &[Field] = &[
    optional("depository", FILTER),
    optional("credit", FILTER),
    optional("loan", FILTER),
    optional("investment", FILTER),
    optional("other", FILTER),
];

const UPDATE: &[Field] = &[
    optional("account_selection_enabled", Kind::Flag),
    optional("reauthorization_enabled", Kind::Flag),
    optional("user", Kind::Flag),
    optional("item_ids", Kind::List(&Kind::FilledText)),
];

const HOSTED_LINK: &[Field] = &[
    optional("delivery_method", Kind::OneOf(&["sms", "email"])),
    optional("completion_redirect_uri", Kind::Text),
    optional("url_lifetime_seconds", Kind::Integer(1, 21 * 24 * 60 * 60)),
    optional("is_mobile_app", Kind::Flag),
];

fn answer(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let request: LinkTokenRequest = body.parse()?;
    let update_mode = body.has("access_token");
    check(&request, body, update_mode)?;
    if let Some(uri) = &request.redirect_uri
        && let Some(objection) = app.config.redirect_uris.objection(uri)
    {
        return Err(invalid(objection));
    }
    if let Some(id) = &request.institution_id
        && app.world.institutions().by_id(id).is_none()
    {
        return Err(plaid_error("INVALID_INSTITUTION"));
    }
    if let Some(user_id) = &request.user_id {
        app.world.check_user(user_id)?;
    }
    let item = if update_mode {
        Some(app.world.item_of(body.text("access_token"))?.id)
    } else {
        None
    };
    let record = app.world.create_link_token(request, item);
    let mut shown = json!({
        "link_token": record.link_token,
        "expiration": iso(record.expires_at),
    });
    if let Some(user_id) = &record.request.user_id {
        shown["user_id"] = user_id.as_str().into();
    }
    Ok(shown)
}

/// Checks the rules about several fields.
fn check(request: &LinkTokenRequest, body: &Body, update_mode: bool) -> Result<(), PlaidError> {
    if !body.has("user") && !body.has("user_id") {
        return Err(missing_fields("user"));
    }
    if request.products.is_empty() && !update_mode {
        return Err(missing_fields("products"));
    }
    // A value with an `@` counts as an e-mail address.
    if request.user.client_user_id.contains('@') {
        return Err(invalid(
            "user.client_user_id must not contain personal information",
        ));
    }
    if request.products.iter().any(|product| product == "balance") {
        return Err(invalid(
            "products must not name balance: it comes with every other product",
        ));
    }
    if request
        .user
        .phone_number
        .as_deref()
        .is_some_and(|phone| !is_e164(phone))
    {
        return Err(invalid("user.phone_number must be in E.164 format"));
    }
    if request.account_selection_enabled() && request.account_select() == AccountSelect::Legacy {
        return Err(plaid_error("INVALID_LINK_CUSTOMIZATION"));
    }
    if !update_mode && request.account_selection_enabled() {
        return Err(invalid(
            "update.account_selection_enabled needs an access_token",
        ));
    }
    let lists = [
        &request.products,
        &request.required_if_supported_products,
        &request.optional_products,
        &request.additional_consented_products,
    ];
    let repeated = lists.iter().enumerate().any(|(position, list)| {
        let others = &lists[position + 1..];
        list.iter()
            .any(|product| others.iter().any(|other| other.contains(product)))
    });
    if repeated {
        return Err(invalid(
            "a product must be in one of the product lists only",
        ));
    }
    Ok(())
}

fn invalid(message: &str) -> PlaidError {
    plaid_error_with_message("INVALID_FIELD", message)
}

fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
