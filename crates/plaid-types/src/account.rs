//! Accounts and their balances.

use json_struct::json_struct;

use crate::AccountId;

json_struct! {
    /// An account of an Item, from `/accounts/get` and similar endpoints.
    ///
    /// Source: schema `AccountBase` of Plaid's OpenAPI specification, 2020-09-14.
    ///
    /// ```
    /// use plaid_types::{Account, AccountType};
    ///
    /// let account: Account = serde_json::from_str(
    ///     r#"{"account_id":"acc_1","balances":{"current":110.5,"iso_currency_code":"USD"},"name":"Checking","type":"depository"}"#,
    /// )?;
    /// assert_eq!(account.kind, AccountType::Depository);
    /// assert_eq!(account.balances.current, Some(110.5));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Account {
        /// Plaid's id of the account. It changes when the Item is linked again.
        pub account_id: AccountId = "account_id",
        /// The balances of the account.
        pub balances: Balances = "balances",
        /// The last two to four characters of the account number as the bank shows them; not unique.
        pub mask: Option<String> = "mask",
        /// The name that the user or the bank gave it.
        pub name: String = "name",
        /// The bank's name of the product.
        pub official_name: Option<String> = "official_name",
        /// The type, in Plaid's terms.
        pub kind: AccountType = "type",
        /// The subtype, in Plaid's terms.
        pub subtype: Option<AccountSubtype> = "subtype",
    }
}

json_struct! {
    /// The balances of an account, in major units of its currency.
    ///
    /// Plaid sends JSON numbers; a double holds every balance below 90 trillion to the cent.
    ///
    /// ```
    /// use plaid_types::Balances;
    ///
    /// let balances = Balances { current: Some(110.5), limit: None, ..Balances::default() };
    /// assert_eq!(balances.available, None, "not every bank reports it");
    /// ```
    #[derive(Default)]
    pub struct Balances {
        /// The amount that can be spent or withdrawn now.
        pub available: Option<f64> = "available",
        /// The amount in the account, or the amount owed on a credit card or a loan.
        pub current: Option<f64> = "current",
        /// The limit of a credit card, or the agreed overdraft of a deposit account.
        pub limit: Option<f64> = "limit",
        /// ISO 4217; null when `unofficial_currency_code` is set.
        pub iso_currency_code: Option<String> = "iso_currency_code",
        /// A currency outside ISO 4217, such as a cryptocurrency.
        pub unofficial_currency_code: Option<String> = "unofficial_currency_code",
    }
}

open_enum! {
    /// The type of an account.
    ///
    /// ```
    /// use plaid_types::AccountType;
    ///
    /// assert_eq!(AccountType::from("credit"), AccountType::Credit);
    /// assert_eq!(AccountType::from("piggy bank"), AccountType::Other("piggy bank".to_owned()));
    /// ```
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
    /// The subtype of an account. The subtypes of the Sandbox have variants; Plaid documents many more.
    ///
    /// ```
    /// use plaid_types::AccountSubtype;
    ///
    /// assert_eq!(AccountSubtype::from("money market").as_str(), "money market");
    /// ```
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
