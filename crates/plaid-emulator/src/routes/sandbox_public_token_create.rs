//! `/sandbox/public_token/create`: a new Item without Link.

use plaid_types::PlaidError;
use serde_json::{Value, json};

use super::{
    endpoint::{Body, Endpoint},
    field::{Kind, optional, required},
    values::PRODUCTS,
};
use crate::{
    error::{plaid_error, plaid_error_with_message},
    link::{self, Answer, sign_in},
    seed::Health,
    state::AppState,
    world::NewItem,
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/sandbox/public_token/create",
    fields: &[
        required("institution_id", Kind::FilledText),
        required("initial_products", Kind::FilledList(&Kind::OneOf(PRODUCTS))),
        optional(
            "options",
            Kind::Object(&[
                optional("webhook", Kind::Url),
                optional("override_username", Kind::Text),
                optional("override_password", Kind::Text),
                optional("transactions", Kind::AnyObject),
                optional("statements", Kind::AnyObject),
                optional("income_verification", Kind::AnyObject),
            ]),
        ),
        optional("user_token", Kind::Text),
        optional("user_id", Kind::Text),
    ],
    answer,
};

fn answer(app: &AppState, body: &Body) -> Result<Value, PlaidError> {
    let institution = app
        .world
        .institutions()
        .by_id(body.text("institution_id"))
        .ok_or_else(|| plaid_error("INVALID_INSTITUTION"))?;
    match institution.health {
        Health::Healthy | Health::Degraded => {}
        Health::Down => return Err(plaid_error("INSTITUTION_DOWN")),
        Health::NoLongerSupported => return Err(plaid_error("INSTITUTION_NO_LONGER_SUPPORTED")),
    }
    let products = body.texts("initial_products");
    if !institution.supports(&products) {
        return Err(plaid_error_with_message(
            "INVALID_PRODUCT",
            format!(
                "{} does not support all of: {}",
                institution.name,
                products.join(", ")
            ),
        ));
    }
    let user_id = body.optional_text("user_id");
    if let Some(user_id) = &user_id {
        app.world.check_user(user_id)?;
    }
    let options = body.object("options");
    let username = options
        .optional_text("override_username")
        .unwrap_or_else(|| "user_good".to_owned());
    let password = options
        .optional_text("override_password")
        .unwrap_or_else(|| "pass_good".to_owned());
    // There is no user to answer a second factor, so the bank does not ask for one.
    if let Answer::Refused(code) = sign_in(&username, &password) {
        return Err(plaid_error(&code));
    }
    let accounts = link::accounts(&username, &password);
    let created = app.world.create_item(NewItem {
        institution_id: institution.institution_id(),
        user_id,
        products,
        webhook: options.optional_text("webhook"),
        accounts: accounts
            .into_iter()
            .map(|account| (account, true))
            .collect(),
    });
    Ok(json!({ "public_token": created.public_token }))
}
