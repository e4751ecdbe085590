//! Transactions of the user's accounts.

use json_struct::json_struct;
use plaid_types::{AccountId, ItemId, TransactionId};

json_struct! {
    /// A transaction, as the account's owner sees it.
    pub struct Transaction {
        /// Plaid's id of the transaction.
        pub id: TransactionId = "id",
        /// The Item of the account.
        pub item_id: ItemId = "item_id",
        /// The account.
        pub account_id: AccountId = "account_id",
        /// The date, such as `2026-11-22`.
        pub date: String = "date",
        /// The merchant, or the bank's description.
        pub name: String = "name",
        /// The amount in major units of the currency. It is positive if the money left the account.
        pub amount: f64 = "amount",
        /// The ISO 4217 code; null if `unofficial_currency_code` is set.
        pub iso_currency_code: Option<String> = "iso_currency_code",
        /// The code of a currency outside ISO 4217, such as a cryptocurrency.
        pub unofficial_currency_code: Option<String> = "unofficial_currency_code",
        /// Whether the bank may still change or remove it.
        pub pending: bool = "pending",
        /// Plaid's category, such as `FOOD_AND_DRINK`.
        pub category: Option<String> = "category",
    }
}

json_struct! {
    /// The answer of `GET /api/transactions`: one page, newest first.
    #[derive(Default)]
    pub struct TransactionPage {
        /// The transactions of the page.
        pub transactions: Vec<Transaction> = "transactions",
        /// The value of `before` in the request for the next page; null on the last page.
        pub before: Option<String> = "before",
    }
}
