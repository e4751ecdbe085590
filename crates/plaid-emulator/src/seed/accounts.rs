//! The accounts of the Sandbox's logins.

use plaid_types::{Account, AccountId, AccountSubtype, AccountType, Balances};

use super::transactions::TransactionTemplate;

/// An account at the bank, without Plaid's id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AccountTemplate {
    pub(crate) name: String,
    pub(crate) official_name: Option<String>,
    pub(crate) mask: Option<String>,
    pub(crate) kind: AccountType,
    pub(crate) subtype: Option<AccountSubtype>,
    pub(crate) balances: Balances,
    /// The transactions of a custom user; `None` for the usual ones.
    pub(crate) transactions: Option<Vec<TransactionTemplate>>,
}

impl AccountTemplate {
    pub(crate) fn account(self, account_id: AccountId) -> Account {
        Account {
            account_id,
            balances: self.balances,
            mask: self.mask,
            name: self.name,
            official_name: self.official_name,
            kind: self.kind,
            subtype: self.subtype,
        }
    }
}

/// Returns the accounts of `user_good`.
pub(crate) fn accounts() -> Vec<AccountTemplate> {
    USER_GOOD.iter().map(Row::template).collect()
}

/// Returns the account that the webhook `NEW_ACCOUNTS_AVAILABLE` adds.
pub(crate) fn new_account() -> AccountTemplate {
    NEW_ACCOUNT.template()
}

struct Row {
    name: &'static str,
    mask: &'static str,
    kind: AccountType,
    subtype: AccountSubtype,
    available: Option<f64>,
    current: f64,
    limit: Option<f64>,
    official_name: Option<&'static str>,
}

impl Row {
    fn template(&self) -> AccountTemplate {
        AccountTemplate {
            name: self.name.to_owned(),
            official_name: self.official_name.map(str::to_owned),
            mask: Some(self.mask.to_owned()),
            kind: self.kind.clone(),
            subtype: Some(self.subtype.clone()),
            balances: Balances {
                available: self.available,
                current: Some(self.current),
                limit: self.limit,
                iso_currency_code: Some("USD".to_owned()),
                unofficial_currency_code: None,
            },
            transactions: None,
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of the table below")]
const fn row(
    name: &'static str,
    mask: &'static str,
    kind: AccountType,
    subtype: AccountSubtype,
    available: Option<f64>,
    current: f64,
    limit: Option<f64>,
    official_name: Option<&'static str>,
) -> Row {
    Row {
        name,
        mask,
        kind,
        subtype,
        available,
        current,
        limit,
        official_name,
    }
}

use AccountSubtype as S;
use AccountType::{Credit, Depository, Investment, Loan};

static NEW_ACCOUNT: Row = row(
    "Plaid New Savings",
    "2468",
    Depository,
    S::Savings,
    Some(50.0),
    50.0,
    None,
    None,
);

#[rustfmt::skip]
static USER_GOOD: &[Row] = &[
    row("Plaid Checking", "0000", Depository, S::Checking, Some(100.0), 110.0, None, Some("Plaid Gold Standard 0% Interest Checking")),
    row("Plaid Saving", "1111", Depository, S::Savings, Some(200.0), 210.0, None, Some("Plaid Silver Standard 0.1% Interest Saving")),
    row("Plaid CD", "2222", Depository, S::Cd, None, 1000.0, None, Some("Plaid Bronze Standard 0.2% Interest CD")),
    row("Plaid Credit Card", "3333", Credit, S::CreditCard, None, 410.0, Some(2000.0), Some("Plaid Diamond 12.5% APR Interest Credit Card")),
    row("Plaid Money Market", "4444", Depository, S::MoneyMarket, Some(43200.0), 43200.0, None, Some("Plaid Platinum Standard 1.85% Interest Money Market")),
    row("Plaid IRA", "5555", Investment, S::Ira, None, 320.76, None, None),
    row("Plaid 401k", "6666", Investment, S::K401, None, 23631.9805, None, None),
    row("Plaid Student Loan", "7777", Loan, S::Student, None, 65262.0, None, None),
    row("Plaid Mortgage", "8888", Loan, S::Mortgage, None, 56302.06, None, None),
    row("Plaid HSA", "9001", Depository, S::Hsa, Some(6009.0), 6009.0, None, Some("Plaid Cares Health Savings Account")),
    row("Plaid Cash Management", "9002", Depository, S::CashManagement, Some(12060.0), 12060.0, None, Some("Plaid Growth Cash Management")),
    row("Plaid Auto Loan", "9003", Loan, S::Auto, None, 23211.33, None, None),
    row("Plaid Home Equity Line of Credit", "9004", Loan, S::HomeEquity, None, 13500.5, None, None),
    row("Plaid Business Credit Card", "9999", Credit, S::CreditCard, Some(4980.0), 5020.0, Some(10000.0), Some("Plaid Platinum Small Business Credit Card")),
];
