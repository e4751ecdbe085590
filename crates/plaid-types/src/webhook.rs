//! What Plaid tells a server unasked.
//!
//! Source: the webhook schemas of Plaid's OpenAPI specification, 2020-09-14.

use serde::{Deserialize, Serialize};

use crate::link::Extra;
use crate::{InstitutionId, ItemId, LinkSessionId, LinkToken, PlaidError, PublicToken};

/// A webhook: its type and code, and the fields that one or another of them has.
///
/// It may come twice, late, and after its successor: what it tells is best asked again.
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
    /// What it is about.
    pub webhook_type: WebhookType,
    /// What happened.
    pub webhook_code: WebhookCode,
    /// The Item, except where Link itself is the matter.
    #[serde(default)]
    pub item_id: Option<ItemId>,
    /// `sandbox` or `production`.
    #[serde(default)]
    pub environment: Option<String>,
    /// With `ERROR` and `USER_PERMISSION_REVOKED`.
    #[serde(default)]
    pub error: Option<PlaidError>,
    /// With `PENDING_EXPIRATION`: when the consent ends, ISO 8601.
    #[serde(default)]
    pub consent_expiration_time: Option<String>,
    /// With `PENDING_DISCONNECT`: when the Item stops working, ISO 8601.
    #[serde(default)]
    pub disconnect_time: Option<String>,
    /// With `PENDING_DISCONNECT`, such as `INSTITUTION_MIGRATION`.
    #[serde(default)]
    pub reason: Option<String>,
    /// With type `LINK`: the visit.
    #[serde(default)]
    pub link_session_id: Option<LinkSessionId>,
    /// With type `LINK`: the token that opened Link.
    #[serde(default)]
    pub link_token: Option<LinkToken>,
    /// With `ITEM_ADD_RESULT`: the Item that was added.
    #[serde(default)]
    pub public_token: Option<PublicToken>,
    /// With `SESSION_FINISHED`: the Items that were added.
    #[serde(default)]
    pub public_tokens: Vec<PublicToken>,
    /// With `SESSION_FINISHED`: `SUCCESS` or `EXITED`.
    #[serde(default)]
    pub status: Option<String>,
    /// With `SYNC_UPDATES_AVAILABLE`: whether all of the past is there.
    #[serde(default)]
    pub historical_update_complete: Option<bool>,
    /// The institution, where one is named.
    #[serde(default)]
    pub institution_id: Option<InstitutionId>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// What a webhook is about.
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
    /// What happened. The same code may mean different things under different types.
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
