//! `/sandbox/item/reset_login`: an Item that requires a new sign-in.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
};
use crate::error::plaid_error;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/sandbox/item/reset_login",
    fields: &[required("access_token", Kind::FilledText)],
    answer: |app, body| {
        let item = app.world.item_of(body.text("access_token"))?;
        app.world
            .break_item(&item.id, plaid_error("ITEM_LOGIN_REQUIRED"));
        Ok(json!({ "reset_login": true }))
    },
};
