//! Transactions.

use serde::{Deserialize, Serialize};

use crate::{AccountId, TransactionId};

/// A transaction from `/transactions/sync`, with the fields that an app shows.
///
/// Source: schema `Transaction` of Plaid's OpenAPI specification, 2020-09-14.
///
/// ```
/// use plaid_types::Transaction;
///
/// let paid: Transaction = serde_json::from_str(
///     r#"{"transaction_id":"t1","account_id":"acc_1","amount":12.3,"date":"2026-11-22","pending":true}"#,
/// )?;
/// assert!(paid.amount > 0.0, "it left the account");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Plaid's id of the transaction. A pending transaction and its booked successor have different ids.
    pub transaction_id: TransactionId,
    /// The account of the transaction.
    pub account_id: AccountId,
    /// The amount in major units of the currency. It is positive when money leaves the account.
    pub amount: f64,
    /// ISO 4217; null when `unofficial_currency_code` is set.
    #[serde(default)]
    pub iso_currency_code: Option<String>,
    /// A currency outside ISO 4217, such as a cryptocurrency.
    #[serde(default)]
    pub unofficial_currency_code: Option<String>,
    /// The day of the booking, or of the payment while it is pending: `2026-11-22`.
    pub date: String,
    /// The bank's description.
    #[serde(default)]
    pub name: Option<String>,
    /// The merchant that Plaid recognizes.
    #[serde(default)]
    pub merchant_name: Option<String>,
    /// Whether it may still change or disappear.
    #[serde(default)]
    pub pending: bool,
    /// The category that Plaid recognizes.
    #[serde(default)]
    pub personal_finance_category: Option<PersonalFinanceCategory>,
}

/// The category of a transaction.
///
/// ```
/// use plaid_types::PersonalFinanceCategory;
///
/// let category = PersonalFinanceCategory { primary: "FOOD_AND_DRINK".to_owned() };
/// # let _ = category;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalFinanceCategory {
    /// The broad category, such as `FOOD_AND_DRINK`.
    pub primary: String,
}
