use json_struct::json_struct;
use plaid_types::{AccountId, ItemId, TransactionId};

json_struct! {
    /// Money that moved on an account, as the account's owner sees it.
    pub struct Transaction {
        /// Plaid's name for it.
        pub id: TransactionId = "id",
        /// The Item that it belongs to.
        pub item_id: ItemId = "item_id",
        /// The account it moved on.
        pub account_id: AccountId = "account_id",
        /// The day, as `2026-11-22`.
        pub date: String = "date",
        /// With whom, or what the bank calls it.
        pub name: String = "name",
        /// How much, in major units of the currency: positive when it left the account.
        pub amount: f64 = "amount",
        /// ISO 4217; null when `unofficial_currency_code` is set.
        pub iso_currency_code: Option<String> = "iso_currency_code",
        /// A currency outside ISO 4217, such as a cryptocurrency.
        pub unofficial_currency_code: Option<String> = "unofficial_currency_code",
        /// Whether it may yet change or go.
        pub pending: bool = "pending",
        /// What it was for, in Plaid's words, such as `FOOD_AND_DRINK`.
        pub category: Option<String> = "category",
    }
}

json_struct! {
    /// Some transactions, newest first: `GET /api/transactions`.
    #[derive(Default)]
    pub struct TransactionPage {
        /// The transactions.
        pub transactions: Vec<Transaction> = "transactions",
        /// What to send as `before` for the older ones; null when there are none.
        pub before: Option<String> = "before",
    }
}
