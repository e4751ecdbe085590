//! `/institutions/search`: the ten institutions that match a query best.

use serde_json::{Value, json};

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
    shape,
    values::{COUNTRIES, PRODUCTS},
};
use crate::world::Filter;

/// The number of results.
const LIMIT: usize = 10;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/institutions/search",
    fields: &[
        required("query", Kind::FilledText),
        required("country_codes", Kind::FilledList(&Kind::OneOf(COUNTRIES))),
        optional("products", Kind::List(&Kind::OneOf(PRODUCTS))),
        optional(
            "options",
            Kind::Object(&[
                optional("oauth", Kind::Flag),
                optional("include_optional_metadata", Kind::Flag),
                optional("include_auth_metadata", Kind::Flag),
                optional("include_payment_initiation_metadata", Kind::Flag),
                optional("payment_initiation", Kind::AnyObject),
            ]),
        ),
    ],
    answer: |app, body| {
        let options = body.object("options");
        let filter = Filter {
            country_codes: &body.texts("country_codes"),
            products: &body.texts("products"),
            oauth: options.flag("oauth"),
            ..Filter::default()
        };
        let found: Vec<Value> = app
            .world
            .institutions()
            .search(body.text("query"), filter)
            .into_iter()
            .take(LIMIT)
            .map(|institution| shape::institution(institution, &options))
            .collect();
        Ok(json!({ "institutions": found }))
    },
};
