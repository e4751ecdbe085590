//! `/item/public_token/exchange`: the exchange of a public token for an access token.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/item/public_token/exchange",
    fields: &[required("public_token", Kind::FilledText)],
    answer: |app, body| {
        let (item_id, access_token) = app.world.exchange(body.text("public_token"))?;
        Ok(json!({ "item_id": item_id, "access_token": access_token }))
    },
};
