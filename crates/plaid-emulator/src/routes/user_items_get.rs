//! `/user/items/get`: the Items of a user.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
    shape,
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/user/items/get",
    fields: &[required("user_id", Kind::FilledText)],
    answer: |app, body| {
        let items = app.world.items_of_user(body.text("user_id"))?;
        let items = items.iter().map(|item| shape::item(&app.world, item));
        Ok(json!({ "items": items.collect::<Vec<_>>() }))
    },
};
