//! `user_custom`: a user whose password is JSON that describes the accounts.

use plaid_types::{AccountSubtype, AccountType, Balances, PlaidError};
use serde::Deserialize;

use super::AccountTemplate;
use crate::error::plaid_error_saying;

const MOST_BYTES: usize = 55_000;
const MOST_ACCOUNTS: usize = 10;

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
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: Option<String>,
    official_name: Option<String>,
    limit: Option<f64>,
    mask: Option<String>,
}

/// The accounts that the JSON describes; those of `user_good` when it describes none.
pub(crate) fn custom_accounts(json: &str) -> Result<Vec<AccountTemplate>, PlaidError> {
    if json.len() > MOST_BYTES {
        return Err(refused("the custom user is larger than 55 kB"));
    }
    let user: CustomUser =
        serde_json::from_str(json).map_err(|error| refused(&error.to_string()))?;
    if user.override_accounts.len() > MOST_ACCOUNTS {
        return Err(refused("the custom user has more than 10 accounts"));
    }
    if user.override_accounts.is_empty() {
        return Ok(super::accounts());
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
            iso_currency_code: Some(account.currency.unwrap_or_else(|| "USD".to_owned())),
            unofficial_currency_code: None,
        },
    }
}

fn refused(why: &str) -> PlaidError {
    plaid_error_saying(
        "INVALID_CREDENTIALS",
        format!("the configuration of user_custom is not valid: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_describes_the_accounts() {
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
    fn what_is_not_valid_is_refused() {
        let many = format!(r#"{{"override_accounts":[{}]}}"#, ["{}"; 11].join(","));
        let large = " ".repeat(MOST_BYTES + 1);
        for json in ["no JSON", &many, &large] {
            let error = custom_accounts(json).expect_err("refused");
            assert_eq!(error.error_code, "INVALID_CREDENTIALS");
        }
    }
}
