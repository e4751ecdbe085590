//! `/item/get`: an Item, with its error if it has one.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
    shape,
};
use crate::clock::iso;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/item/get",
    fields: &[required("access_token", Kind::FilledText)],
    answer: |app, body| {
        let item = app.world.item_of(body.text("access_token"))?;
        let mut shown = shape::item(&app.world, &item);
        shown["created_at"] = iso(item.created_at).into();
        shown["consented_use_cases"] = json!([]);
        shown["consented_data_scopes"] = json!(["account_balance_info"]);
        let last_webhook = item
            .last_webhook
            .map(|(at, code)| json!({ "sent_at": iso(at), "code_sent": code }));
        Ok(json!({ "item": shown, "status": { "last_webhook": last_webhook } }))
    },
};
