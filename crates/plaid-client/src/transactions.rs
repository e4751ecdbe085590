use plaid_types::{Transaction, TransactionId};
use serde::Deserialize;
use serde_json::json;

use crate::{AccessToken, Error, PlaidClient};

/// As many changes as Plaid gives at once.
const PAGE: u16 = 500;

impl PlaidClient {
    /// What changed of an Item's transactions since a cursor; since the beginning where the cursor is empty.
    ///
    /// While `has_more`, ask again with `next_cursor`. If that is refused with code
    /// `TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION`, forget the pages and begin again with the first one's cursor.
    ///
    /// # Errors
    ///
    /// Code `ITEM_LOGIN_REQUIRED` and its relatives if the Item is broken; see [`Error`].
    pub async fn transactions_sync(
        &self,
        access_token: &AccessToken,
        cursor: &str,
    ) -> Result<TransactionChanges, Error> {
        let mut request = json!({ "access_token": access_token.expose(), "count": PAGE });
        if !cursor.is_empty() {
            request["cursor"] = cursor.into();
        }
        self.call("/transactions/sync", &request).await
    }
}

/// A page of changes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TransactionChanges {
    /// New ones.
    #[serde(default)]
    pub added: Vec<Transaction>,
    /// Those that are different.
    #[serde(default)]
    pub modified: Vec<Transaction>,
    /// Those that are gone.
    #[serde(default)]
    pub removed: Vec<RemovedTransaction>,
    /// Where the next page begins, or the next run of pages.
    pub next_cursor: String,
    /// Whether there is a next page.
    pub has_more: bool,
    /// How far Plaid has come, such as `NOT_READY` or `HISTORICAL_UPDATE_COMPLETE`.
    #[serde(default)]
    pub transactions_update_status: Option<String>,
}

/// A transaction that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RemovedTransaction {
    /// Which.
    pub transaction_id: TransactionId,
}
