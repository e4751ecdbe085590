//! `/sandbox/item/fire_webhook`: a webhook, with the change that it reports.

use serde_json::json;

use super::{
    endpoint::Endpoint,
    field::{Kind, optional, required},
};

const TYPES: &[&str] = &[
    "AUTH",
    "HOLDINGS",
    "INVESTMENTS_TRANSACTIONS",
    "ITEM",
    "LIABILITIES",
    "TRANSACTIONS",
    "ASSETS",
];

const CODES: &[&str] = &[
    "DEFAULT_UPDATE",
    "NEW_ACCOUNTS_AVAILABLE",
    "SMS_MICRODEPOSITS_VERIFICATION",
    "AUTHORIZATION_GRANTED",
    "USER_PERMISSION_REVOKED",
    "USER_ACCOUNT_REVOKED",
    "PENDING_DISCONNECT",
    "RECURRING_TRANSACTIONS_UPDATE",
    "LOGIN_REPAIRED",
    "SYNC_UPDATES_AVAILABLE",
    "PRODUCT_READY",
    "ERROR",
];

pub(super) const ENDPOINT: Endpoint = Endpoint {
    path: "/sandbox/item/fire_webhook",
    fields: &[
        required("access_token", Kind::FilledText),
        optional("webhook_type", Kind::OneOf(TYPES)),
        required("webhook_code", Kind::OneOf(CODES)),
    ],
    answer: |app, body| {
        let code = body.text("webhook_code");
        let kind = match (body.text("webhook_type"), code) {
            ("", "DEFAULT_UPDATE" | "SYNC_UPDATES_AVAILABLE" | "RECURRING_TRANSACTIONS_UPDATE") => {
                "TRANSACTIONS"
            }
            ("", _) => "ITEM",
            (kind, _) => kind,
        };
        app.world
            .fire_webhook(body.text("access_token"), kind, code)?;
        Ok(json!({ "webhook_fired": true }))
    },
};
