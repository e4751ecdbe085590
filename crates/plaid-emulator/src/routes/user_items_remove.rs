//! `/user/items/remove`: the removal of a user's Items, without their access tokens.

use plaid_types::ItemId;
use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
};

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/user/items/remove",
    fields: &[
        required("user_id", Kind::FilledText),
        required("item_ids", Kind::List(&Kind::FilledText)),
    ],
    answer: |app, body| {
        let ids: Vec<ItemId> = body
            .texts("item_ids")
            .into_iter()
            .map(ItemId::new)
            .collect();
        app.world.remove_items_of_user(body.text("user_id"), &ids)?;
        Ok(json!({}))
    },
};
