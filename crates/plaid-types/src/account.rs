use serde::{Deserialize, Serialize};

use crate::AccountId;

/// An account of an Item, as `/accounts/get` and its relatives answer it.
///
/// Source: schema `AccountBase` of Plaid's OpenAPI specification, 2020-09-14.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Plaid's name for the account; changes when the Item is linked anew.
    pub account_id: AccountId,
    /// What the account holds.
    pub balances: Balances,
    /// Two to four last characters of the account number as the bank shows them; not unique.
    #[serde(default)]
    pub mask: Option<String>,
    /// The name that the user or the bank gave it.
    pub name: String,
    /// The bank's own name for the product.
    #[serde(default)]
    pub official_name: Option<String>,
    /// The broad kind.
    #[serde(rename = "type")]
    pub kind: AccountType,
    /// The exact kind.
    #[serde(default)]
    pub subtype: Option<AccountSubtype>,
}

/// The balances of an account, in major units of its currency.
///
/// Plaid sends JSON numbers; a double holds every balance below 90 trillion to the cent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Balances {
    /// What can be spent or withdrawn now.
    #[serde(default)]
    pub available: Option<f64>,
    /// What is in it, or what is owed on a credit card or a loan.
    #[serde(default)]
    pub current: Option<f64>,
    /// The limit of a credit card, or a deposit account's pre-arranged overdraft.
    #[serde(default)]
    pub limit: Option<f64>,
    /// ISO 4217; null when `unofficial_currency_code` is set.
    #[serde(default)]
    pub iso_currency_code: Option<String>,
    /// A currency outside ISO 4217, such as a cryptocurrency.
    #[serde(default)]
    pub unofficial_currency_code: Option<String>,
}

open_enum! {
    /// The broad kind of an account.
    pub enum AccountType {
        Depository => "depository",
        Credit => "credit",
        Loan => "loan",
        Investment => "investment",
        Brokerage => "brokerage",
        AccountOther => "other",
    }
}

open_enum! {
    /// The exact kind of an account. Those that Sandbox serves are named; Plaid documents many more.
    pub enum AccountSubtype {
        Checking => "checking",
        Savings => "savings",
        Cd => "cd",
        MoneyMarket => "money market",
        CashManagement => "cash management",
        Hsa => "hsa",
        CreditCard => "credit card",
        Ira => "ira",
        K401 => "401k",
        Student => "student",
        Mortgage => "mortgage",
        Auto => "auto",
        HomeEquity => "home equity",
    }
}
