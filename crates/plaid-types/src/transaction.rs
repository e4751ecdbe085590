use serde::{Deserialize, Serialize};

use crate::{AccountId, TransactionId};

/// Money that moved, as `/transactions/sync` answers it, with what an app shows of it.
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
    /// Plaid's name for it. A pending transaction and the booked one that it becomes have two.
    pub transaction_id: TransactionId,
    /// The account it moved on.
    pub account_id: AccountId,
    /// How much, in major units of the currency: positive when it left the account.
    pub amount: f64,
    /// ISO 4217; null when `unofficial_currency_code` is set.
    #[serde(default)]
    pub iso_currency_code: Option<String>,
    /// A currency outside ISO 4217, such as a cryptocurrency.
    #[serde(default)]
    pub unofficial_currency_code: Option<String>,
    /// The day on which it was booked, or happened while it is pending: `2026-11-22`.
    pub date: String,
    /// What the bank calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// With whom, as Plaid makes it out.
    #[serde(default)]
    pub merchant_name: Option<String>,
    /// Whether it may yet change or go.
    #[serde(default)]
    pub pending: bool,
    /// What it was for, as Plaid makes it out.
    #[serde(default)]
    pub personal_finance_category: Option<PersonalFinanceCategory>,
}

/// What a transaction was for.
///
/// ```
/// use plaid_types::PersonalFinanceCategory;
///
/// let category = PersonalFinanceCategory { primary: "FOOD_AND_DRINK".to_owned() };
/// # let _ = category;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalFinanceCategory {
    /// Broadly, such as `FOOD_AND_DRINK`.
    pub primary: String,
}
