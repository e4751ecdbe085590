//! `/item/access_token/invalidate`: a new access token in place of a leaked one.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/item/access_token/invalidate",
    fields: &[required("access_token", Kind::FilledText)],
    answer: |app, body| {
        let new = app.world.replace_access_token(body.text("access_token"))?;
        Ok(json!({ "new_access_token": new }))
    },
};
