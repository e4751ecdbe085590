//! Webhooks: their receipt and their effects.

mod announcements;
mod bodies;
mod inbox;
mod item;
mod keys;
mod revocation;

use connect_api::Item;
use serde_json::{Value, json};

use crate::harness::{Browser, wait_until};

const ITEM_GET: &str = "/item/get";
const REFRESH: &str = "/api/items/item-public-1/refresh";

fn about_item(code: &str, more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut body = json!({
        "webhook_type": "ITEM", "webhook_code": code, "item_id": "item-public-1",
        "environment": "sandbox", "error": null,
    });
    for (field, value) in more {
        body[field] = value;
    }
    body
}

async fn wait_for_item(browser: &Browser, is_expected: impl Fn(&Item) -> bool) -> Item {
    let mut found = None;
    wait_until(async || {
        found = browser
            .items()
            .await
            .into_iter()
            .find(|item| is_expected(item));
        found.is_some()
    })
    .await;
    found.expect("it was found")
}
