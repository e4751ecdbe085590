//! `/item/webhook/update`: a new URL for an Item's webhooks.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
    shape,
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/item/webhook/update",
    fields: &[
        required("access_token", Kind::FilledText),
        optional("webhook", Kind::Url),
    ],
    answer: |app, body| {
        let item = app
            .world
            .set_webhook(body.text("access_token"), body.optional_text("webhook"))?;
        Ok(json!({ "item": shape::item(&app.world, &item) }))
    },
};
