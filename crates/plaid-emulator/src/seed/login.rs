//! What the bank says to a username and a password.

use plaid_types::PlaidError;

use super::{AccountTemplate, accounts, custom_user};
use crate::error::plaid_error;

/// Passwords of `user_good` after which the bank asks for more, and then lets the user in.
const MORE_TO_COME: &[&str] = &[
    "mfa_device",
    "mfa_questions_",
    "mfa_selections",
    "microdeposits_good",
    r#"{"recaptcha":"#,
];

/// Users of the Sandbox that any password but an empty one lets in.
const PERSONAS: &[&str] = &[
    "user_bank_income",
    "user_credit_bonus",
    "user_credit_joint_account",
    "user_credit_profile_excellent",
    "user_credit_profile_good",
    "user_credit_profile_poor",
    "user_ewa_user",
    "user_small_business",
    "user_transactions_dynamic",
    "user_yuppie",
];

/// What `error_<CODE>` as a password brings about.
const FORCED: &[&str] = &[
    "COUNTRY_NOT_SUPPORTED",
    "INSTITUTION_DOWN",
    "INSTITUTION_NOT_RESPONDING",
    "INSTITUTION_NO_LONGER_SUPPORTED",
    "INSUFFICIENT_CREDENTIALS",
    "INTERNAL_SERVER_ERROR",
    "INVALID_CREDENTIALS",
    "INVALID_MFA",
    "INVALID_SEND_METHOD",
    "ITEM_LOCKED",
    "ITEM_NOT_SUPPORTED",
    "MFA_NOT_SUPPORTED",
    "NO_ACCOUNTS",
    "PAYMENT_INVALID_RECIPIENT",
    "USER_INPUT_TIMEOUT",
    "USER_SETUP_REQUIRED",
];

/// The accounts that a login opens. A second factor is not asked for here.
///
/// # Errors
/// `INVALID_CREDENTIALS`, or the error that the password forces.
pub(crate) fn log_in(username: &str, password: &str) -> Result<Vec<AccountTemplate>, PlaidError> {
    if let Some(code) = password
        .strip_prefix("error_")
        .filter(|code| FORCED.contains(code))
    {
        return Err(plaid_error(code));
    }
    match username {
        "user_custom" => custom_user::accounts(password),
        "user_good"
            if password == "pass_good"
                || MORE_TO_COME.iter().any(|more| password.starts_with(more)) =>
        {
            Ok(accounts())
        }
        persona if PERSONAS.contains(&persona) && !password.is_empty() => Ok(accounts()),
        _ => Err(plaid_error("INVALID_CREDENTIALS")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_decides() {
        let rows = [
            ("user_good", "pass_good", None),
            ("user_good", "mfa_device", None),
            ("user_good", "mfa_questions_1_1", None),
            ("user_good", "wrong", Some("INVALID_CREDENTIALS")),
            ("user_bad", "pass_good", Some("INVALID_CREDENTIALS")),
            ("user_good", "error_ITEM_LOCKED", Some("ITEM_LOCKED")),
            ("user_good", "error_NONSENSE", Some("INVALID_CREDENTIALS")),
            ("user_transactions_dynamic", "anything", None),
            ("user_transactions_dynamic", "", Some("INVALID_CREDENTIALS")),
        ];
        for (username, password, error) in rows {
            let got = log_in(username, password)
                .err()
                .map(|error| error.error_code);
            assert_eq!(got.as_deref(), error, "{username} {password}");
        }
    }

    #[test]
    fn user_good_has_the_sandbox_accounts() {
        let accounts = log_in("user_good", "pass_good").expect("accounts");
        assert_eq!(accounts.len(), 14);
        let checking = &accounts[0];
        assert_eq!(
            (checking.name.as_str(), checking.mask.as_deref()),
            ("Plaid Checking", Some("0000"))
        );
        assert_eq!(
            (checking.balances.available, checking.balances.current),
            (Some(100.0), Some(110.0))
        );
    }
}
