//! The user `user_custom`: the password is JSON with accounts and transactions.

use plaid_types::{AccountSubtype, AccountType, Balances, PlaidError};
use serde::Deserialize;
use time::Date;

use super::{
    accounts::{AccountTemplate, accounts},
    transactions::TransactionTemplate,
};
use crate::error::plaid_error_with_message;

const MAX_BYTES: usize = 55_000;
const MAX_ACCOUNTS: usize = 10;
const MAX_TRANSACTIONS: usize = 250;

#[derive(Default, Deserialize)]
#[serde(default)]
struct CustomUser {
    override_accounts: Vec<CustomAccount>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CustomAccount {
    #[serde(rename = "type")]
    kind: Option<String>,
    subtype: Option<String>,
    starting_balance: Option<f64>,
    force_available_balance: Option<f64>,
    has_null_available_balance: bool,
    currency: Option<String>,
    meta: Meta,
    transactions: Option<Vec<CustomTransaction>>,
}

#[derive(Deserialize)]
struct CustomTransaction {
    #[serde(with = "iso_date")]
    date_transacted: Date,
    #[serde(with = "iso_date")]
    date_posted: Date,
    amount: f64,
    description: String,
    currency: Option<String>,
}

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: Option<String>,
    official_name: Option<String>,
    limit: Option<f64>,
    mask: Option<String>,
}

/// Returns the accounts in the JSON, or those of `user_good` if it has none.
///
/// # Errors
/// `INVALID_CREDENTIALS` when the JSON is not valid.
pub(crate) fn custom_accounts(json: &str) -> Result<Vec<AccountTemplate>, PlaidError> {
    if json.len() > MAX_BYTES {
        return Err(invalid("the custom user is larger than 55 kB"));
    }
    let user: CustomUser =
        serde_json::from_str(json).map_err(|error| invalid(&error.to_string()))?;
    if user.override_accounts.len() > MAX_ACCOUNTS {
        return Err(invalid("the custom user has more than 10 accounts"));
    }
    let listed = user
        .override_accounts
        .iter()
        .flat_map(|account| &account.transactions);
    if listed.map(Vec::len).sum::<usize>() > MAX_TRANSACTIONS {
        return Err(invalid("the custom user has more than 250 transactions"));
    }
    if user.override_accounts.is_empty() {
        return Ok(accounts());
    }
    Ok(user
        .override_accounts
        .into_iter()
        .enumerate()
        .map(template)
        .collect())
}

fn template((position, account): (usize, CustomAccount)) -> AccountTemplate {
    let kind = account.kind.unwrap_or_else(|| "depository".to_owned());
    let subtype = account.subtype.unwrap_or_else(|| "checking".to_owned());
    let currency = account.currency.unwrap_or_else(|| "USD".to_owned());
    let current = account.starting_balance.unwrap_or(0.0);
    let available = match account.force_available_balance {
        _ if account.has_null_available_balance => None,
        Some(forced) => Some(forced),
        None => (kind == "depository").then_some(current),
    };
    AccountTemplate {
        name: account
            .meta
            .name
            .unwrap_or_else(|| format!("Plaid {subtype}")),
        official_name: account.meta.official_name,
        mask: match account.meta.mask {
            Some(mask) if mask.is_empty() => None,
            Some(mask) => Some(mask),
            None => Some(format!("{:04}", position * 1111)),
        },
        kind: AccountType::from(kind.as_str()),
        subtype: Some(AccountSubtype::from(subtype.as_str())),
        balances: Balances {
            available,
            current: Some(current),
            limit: account.meta.limit,
            iso_currency_code: Some(currency.clone()),
            unofficial_currency_code: None,
        },
        transactions: account.transactions.map(|listed| {
            let listed = listed.into_iter();
            listed
                .map(|transaction| transaction.template(&currency))
                .collect()
        }),
    }
}

impl CustomTransaction {
    fn template(self, currency: &str) -> TransactionTemplate {
        TransactionTemplate {
            date: self.date_posted,
            authorized: self.date_transacted,
            amount: self.amount,
            currency: self.currency.unwrap_or_else(|| currency.to_owned()).into(),
            name: self.description.into(),
            merchant: None,
            category: None,
            channel: "other",
        }
    }
}

fn invalid(reason: &str) -> PlaidError {
    plaid_error_with_message(
        "INVALID_CREDENTIALS",
        format!("the configuration of user_custom is not valid: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn accounts_are_read_from_the_json() {
        let json = r#"{"override_accounts":[{"type":"credit","subtype":"credit card","starting_balance":12.5,
            "meta":{"name":"<b>Card</b>","mask":"42","limit":100}}]}"#;
        let accounts = custom_accounts(json).expect("accounts");
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].name, "<b>Card</b>");
        assert_eq!(accounts[0].mask.as_deref(), Some("42"));
        assert_eq!(accounts[0].balances.current, Some(12.5));
        assert_eq!(accounts[0].balances.available, None);
    }

    #[test]
    fn transactions_are_read_from_the_json() {
        let json = r#"{"override_accounts":[{"currency":"EUR","transactions":[
            {"date_transacted":"2026-01-30","date_posted":"2026-02-01","amount":-7.5,"description":"<i>Refund</i>"},
            {"date_transacted":"2026-02-02","date_posted":"2026-02-02","amount":1,"description":"","currency":"GBP"}]},
            {"transactions":[]},{}]}"#;
        let accounts = custom_accounts(json).expect("accounts");
        let listed = accounts[0].transactions.as_deref().expect("a list");
        assert_eq!(
            (listed[0].authorized, listed[0].date),
            (date!(2026 - 01 - 30), date!(2026 - 02 - 01))
        );
        assert_eq!(
            (&*listed[0].name, listed[0].amount),
            ("<i>Refund</i>", -7.5)
        );
        assert_eq!((&*listed[0].currency, &*listed[1].currency), ("EUR", "GBP"));
        assert_eq!(accounts[1].transactions, Some(Vec::new()));
        assert_eq!(accounts[2].transactions, None);
    }

    #[test]
    fn invalid_json_is_refused() {
        let many = format!(r#"{{"override_accounts":[{}]}}"#, ["{}"; 11].join(","));
        let large = " ".repeat(MAX_BYTES + 1);
        let with =
            |listed: &str| format!(r#"{{"override_accounts":[{{"transactions":[{listed}]}}]}}"#);
        let whole = r#"{"date_transacted":"2026-01-30","date_posted":"2026-01-30","amount":1,"description":"x"}"#;
        let busy = with(&[whole; 251].join(","));
        let without = |part: &str| with(&whole.replace(part, "x"));
        assert!(custom_accounts(&with(&[whole; 250].join(","))).is_ok());
        for json in [
            "no JSON",
            &many,
            &large,
            &busy,
            &without("date_transacted"),
            &without("date_posted"),
            &without("amount"),
            &without("description"),
            &with(&whole.replace("2026-01-30", "2026-02-30")),
            &with(&whole.replace("2026-01-30", "yesterday")),
            &with(&whole.replace(":1,", r#":"1","#)),
        ] {
            let error = custom_accounts(json).expect_err("refused");
            assert_eq!(error.error_code, "INVALID_CREDENTIALS");
        }
    }
}
