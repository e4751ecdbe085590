//! `/institutions/get`: a page of all institutions.

use serde_json::{Value, json};

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
    shape,
    values::{COUNTRIES, PRODUCTS},
};
use crate::world::Filter;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/institutions/get",
    fields: &[
        required("count", Kind::Integer(1, 500)),
        required("offset", Kind::Integer(0, u32::MAX as u64)),
        required("country_codes", Kind::FilledList(&Kind::OneOf(COUNTRIES))),
        optional(
            "options",
            Kind::Object(&[
                optional("products", Kind::FilledList(&Kind::OneOf(PRODUCTS))),
                optional("routing_numbers", Kind::List(&Kind::Text)),
                optional("oauth", Kind::Flag),
                optional("include_optional_metadata", Kind::Flag),
                optional("include_auth_metadata", Kind::Flag),
                optional("include_payment_initiation_metadata", Kind::Flag),
            ]),
        ),
    ],
    answer: |app, body| {
        let options = body.object("options");
        let filter = Filter {
            country_codes: &body.texts("country_codes"),
            products: &options.texts("products"),
            routing_numbers: &options.texts("routing_numbers"),
            oauth: options.flag("oauth"),
        };
        let listed: Vec<_> = app.world.institutions().list(filter).collect();
        let page: Vec<Value> = listed
            .iter()
            .skip(body.integer("offset"))
            .take(body.integer("count"))
            .map(|institution| shape::institution(institution, &options))
            .collect();
        Ok(json!({ "institutions": page, "total": listed.len() }))
    },
};
