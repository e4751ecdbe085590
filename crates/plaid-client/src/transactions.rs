//! The endpoint of transactions.

use plaid_types::{Transaction, TransactionId};
use serde::Deserialize;
use serde_json::json;

use crate::list::readable;
use crate::{AccessToken, Error, PlaidClient};

/// The largest page size of Plaid.
const PAGE_SIZE: u16 = 500;

impl PlaidClient {
    /// Returns the changes of an Item's transactions after a cursor, or all changes if the cursor is empty.
    ///
    /// While `has_more` is true, call again with `next_cursor`. If the error code is
    /// `TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION`, drop the pages and restart from the cursor of the first page.
    ///
    /// # Errors
    ///
    /// Codes such as `ITEM_LOGIN_REQUIRED` if the Item is in an error; see [`Error`].
    pub async fn transactions_sync(
        &self,
        access_token: &AccessToken,
        cursor: &str,
    ) -> Result<TransactionChanges, Error> {
        let mut request = json!({ "access_token": access_token.expose(), "count": PAGE_SIZE });
        if !cursor.is_empty() {
            request["cursor"] = cursor.into();
        }
        self.call("/transactions/sync", &request).await
    }
}

/// A page of changes, without the elements that cannot be read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TransactionChanges {
    /// The new transactions.
    #[serde(default, deserialize_with = "readable")]
    pub added: Vec<Transaction>,
    /// The changed transactions.
    #[serde(default, deserialize_with = "readable")]
    pub modified: Vec<Transaction>,
    /// The removed transactions.
    #[serde(default, deserialize_with = "readable")]
    pub removed: Vec<RemovedTransaction>,
    /// The cursor of the next page, or of the next sync.
    pub next_cursor: String,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The progress of Plaid, such as `NOT_READY` or `HISTORICAL_UPDATE_COMPLETE`.
    #[serde(default)]
    pub transactions_update_status: Option<String>,
}

/// A removed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RemovedTransaction {
    /// The id of the transaction.
    pub transaction_id: TransactionId,
}
