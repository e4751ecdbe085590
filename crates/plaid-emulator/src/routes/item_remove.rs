//! `/item/remove`: the removal of an Item.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
};

const REASONS: &[&str] = &[
    "FRAUD_FIRST_PARTY",
    "FRAUD_FALSE_IDENTITY",
    "FRAUD_ABUSE",
    "FRAUD_OTHER",
    "CONNECTION_IS_NON_FUNCTIONAL",
    "OTHER",
];

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/item/remove",
    fields: &[
        required("access_token", Kind::FilledText),
        optional("reason_code", Kind::OneOf(REASONS)),
        optional("reason_note", Kind::TextOfLength(0, 512)),
    ],
    answer: |app, body| {
        app.world.remove_item(body.text("access_token"))?;
        Ok(json!({}))
    },
};
