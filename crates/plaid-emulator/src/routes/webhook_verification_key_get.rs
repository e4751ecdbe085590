//! `/webhook_verification_key/get`: the public key to verify webhooks with.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, required},
};
use crate::error::plaid_error;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/webhook_verification_key/get",
    fields: &[required("key_id", Kind::FilledText)],
    answer: |app, body| {
        let key = app.webhooks.key();
        if body.text("key_id") != key.id() {
            return Err(plaid_error("INVALID_WEBHOOK_VERIFICATION_KEY_ID"));
        }
        Ok(json!({ "key": key.public() }))
    },
};
