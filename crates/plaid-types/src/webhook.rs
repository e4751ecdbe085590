//! Plaid's webhooks.
//!
//! Source: the webhook schemas of Plaid's OpenAPI specification, 2020-09-14.

use serde::{Deserialize, Serialize};

use crate::link::Extra;
use crate::{InstitutionId, ItemId, LinkSessionId, LinkToken, PlaidError, PublicToken};

/// A webhook, with the fields of every type and code.
///
/// A webhook may come twice, late, or after its successor. Query the present state rather than rely on its contents.
///
/// ```
/// use plaid_types::webhook::{Webhook, WebhookCode};
///
/// let webhook: Webhook = serde_json::from_str(
///     r#"{"webhook_type":"ITEM","webhook_code":"LOGIN_REPAIRED","item_id":"item_1"}"#,
/// )?;
/// assert_eq!(webhook.webhook_code.as_str(), "LOGIN_REPAIRED");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// The subject of the webhook.
    pub webhook_type: WebhookType,
    /// The event.
    pub webhook_code: WebhookCode,
    /// The Item; null when the webhook is about Link itself.
    #[serde(default)]
    pub item_id: Option<ItemId>,
    /// `sandbox` or `production`.
    #[serde(default)]
    pub environment: Option<String>,
    /// The error, with `ERROR` and `USER_PERMISSION_REVOKED`.
    #[serde(default)]
    pub error: Option<PlaidError>,
    /// The expiry of the consent, with `PENDING_EXPIRATION`, ISO 8601.
    #[serde(default)]
    pub consent_expiration_time: Option<String>,
    /// The time when the Item stops working, with `PENDING_DISCONNECT`, ISO 8601.
    #[serde(default)]
    pub disconnect_time: Option<String>,
    /// The reason, with `PENDING_DISCONNECT`, such as `INSTITUTION_MIGRATION`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The Link session, with type `LINK`.
    #[serde(default)]
    pub link_session_id: Option<LinkSessionId>,
    /// The token that opened Link, with type `LINK`.
    #[serde(default)]
    pub link_token: Option<LinkToken>,
    /// The public token of the new Item, with `ITEM_ADD_RESULT`.
    #[serde(default)]
    pub public_token: Option<PublicToken>,
    /// The public tokens of the new Items, with `SESSION_FINISHED`.
    #[serde(default)]
    pub public_tokens: Vec<PublicToken>,
    /// The result, with `SESSION_FINISHED`: `SUCCESS` or `EXITED`.
    #[serde(default)]
    pub status: Option<String>,
    /// Whether all past transactions are available, with `SYNC_UPDATES_AVAILABLE`.
    #[serde(default)]
    pub historical_update_complete: Option<bool>,
    /// The institution, if the webhook names one.
    #[serde(default)]
    pub institution_id: Option<InstitutionId>,
    /// The fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// The subject of a webhook.
    ///
    /// ```
    /// use plaid_types::webhook::WebhookType;
    ///
    /// assert_eq!(WebhookType::from("ITEM"), WebhookType::Item);
    /// ```
    pub enum WebhookType {
        Auth => "AUTH",
        Identity => "IDENTITY",
        Item => "ITEM",
        Layer => "LAYER",
        Link => "LINK",
        Transactions => "TRANSACTIONS",
    }
}

open_enum! {
    /// The event of a webhook. The same code may have another meaning under another type.
    ///
    /// ```
    /// use plaid_types::webhook::WebhookCode;
    ///
    /// assert_eq!(WebhookCode::from("SOMETHING_NEW").as_str(), "SOMETHING_NEW");
    /// ```
    pub enum WebhookCode {
        DefaultUpdate => "DEFAULT_UPDATE",
        Error => "ERROR",
        Events => "EVENTS",
        HistoricalUpdate => "HISTORICAL_UPDATE",
        InitialUpdate => "INITIAL_UPDATE",
        ItemAddResult => "ITEM_ADD_RESULT",
        LoginRepaired => "LOGIN_REPAIRED",
        NewAccountsAvailable => "NEW_ACCOUNTS_AVAILABLE",
        PendingDisconnect => "PENDING_DISCONNECT",
        PendingExpiration => "PENDING_EXPIRATION",
        RecurringTransactionsUpdate => "RECURRING_TRANSACTIONS_UPDATE",
        SessionFinished => "SESSION_FINISHED",
        SyncUpdatesAvailable => "SYNC_UPDATES_AVAILABLE",
        TransactionsRemoved => "TRANSACTIONS_REMOVED",
        UserAccountRevoked => "USER_ACCOUNT_REVOKED",
        UserPermissionRevoked => "USER_PERMISSION_REVOKED",
        WebhookUpdateAcknowledged => "WEBHOOK_UPDATE_ACKNOWLEDGED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_webhook_is_preserved() {
        let text = r#"{"webhook_type":"WEATHER","webhook_code":"RAIN","item_id":"i1","drops":3}"#;
        let webhook: Webhook = serde_json::from_str(text).expect("a webhook");
        assert_eq!(webhook.webhook_type.as_str(), "WEATHER");
        assert_eq!(webhook.webhook_code, WebhookCode::Other("RAIN".to_owned()));
        assert_eq!(webhook.extra["drops"], 3);
    }

    #[test]
    fn a_finished_session_names_its_items() {
        let text = r#"{"webhook_type":"LINK","webhook_code":"SESSION_FINISHED","status":"SUCCESS",
            "link_session_id":"s1","link_token":"link-1","public_tokens":["public-1"],"environment":"sandbox"}"#;
        let webhook: Webhook = serde_json::from_str(text).expect("a webhook");
        assert_eq!(webhook.webhook_code, WebhookCode::SessionFinished);
        assert_eq!(webhook.public_tokens, [PublicToken::new("public-1")]);
    }
}
