//! `/institutions/get_by_id`: one institution, with its status on request.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
    shape,
    values::COUNTRIES,
};
use crate::error::plaid_error;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/institutions/get_by_id",
    fields: &[
        required("institution_id", Kind::FilledText),
        required("country_codes", Kind::FilledList(&Kind::OneOf(COUNTRIES))),
        optional(
            "options",
            Kind::Object(&[
                optional("include_optional_metadata", Kind::Flag),
                optional("include_status", Kind::Flag),
                optional("include_auth_metadata", Kind::Flag),
                optional("include_payment_initiation_metadata", Kind::Flag),
            ]),
        ),
    ],
    answer: |app, body| {
        let institution = app
            .world
            .institutions()
            .by_id(body.text("institution_id"))
            .filter(|institution| institution.in_country(&body.texts("country_codes")))
            .ok_or_else(|| plaid_error("INVALID_INSTITUTION"))?;
        Ok(json!({ "institution": shape::institution(institution, &body.object("options")) }))
    },
};
