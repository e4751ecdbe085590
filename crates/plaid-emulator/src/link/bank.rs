//! The bank's response to the Sandbox's usernames and passwords.

use serde_json::Value;

use super::challenge::{Answer, Challenge};
use crate::seed::{self, AccountTemplate};

/// The error codes that the password `error_<CODE>` can force.
const FORCED_ERRORS: &[&str] = &[
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

/// The users that can sign in with any password.
const ANY_PASSWORD: &[&str] = &[
    "user_transactions_dynamic",
    "user_ewa_user",
    "user_yuppie",
    "user_small_business",
    "user_bank_income",
    "user_credit_bonus",
    "user_credit_joint_account",
    "user_credit_profile_poor",
    "user_credit_profile_good",
    "user_credit_profile_excellent",
];

/// Returns the bank's response to a username and a password.
pub(crate) fn sign_in(username: &str, password: &str) -> Answer {
    match username {
        "user_good" => user_good(password),
        "user_custom" => user_custom(password),
        "user_link_recovery" => refused("INSTITUTION_DOWN"),
        _ if password.is_empty() => refused("INVALID_CREDENTIALS"),
        _ if ANY_PASSWORD.contains(&username) => Answer::Welcome,
        _ if username
            .strip_prefix("user_prism_")
            .and_then(numbered)
            .is_some_and(|[n]| n <= 8) =>
        {
            Answer::Welcome
        }
        _ => refused("INVALID_CREDENTIALS"),
    }
}

/// Returns the accounts of a login.
pub(crate) fn accounts(username: &str, password: &str) -> Vec<AccountTemplate> {
    match username {
        "user_custom" => seed::custom_accounts(password).unwrap_or_default(),
        _ => seed::accounts(),
    }
}

fn user_good(password: &str) -> Answer {
    match password {
        "pass_good" | "microdeposits_good" => return Answer::Welcome,
        "mfa_device" => return Answer::Challenge(Challenge::Device),
        "mfa_selections" => return Answer::Challenge(Challenge::YesOrNo),
        "error_INVALID_MFA" => return Answer::Challenge(Challenge::Code { right: "" }),
        _ => {}
    }
    if let Some(code) = password
        .strip_prefix("error_")
        .filter(|code| FORCED_ERRORS.contains(code))
    {
        return refused(code);
    }
    if let Some([rounds, per_round]) = password.strip_prefix("mfa_questions_").and_then(numbered) {
        return Answer::Challenge(Challenge::Questions {
            round: 0,
            rounds,
            per_round,
        });
    }
    if let Some([rounds, per_round, choices @ 2..=9]) =
        password.strip_prefix("mfa_selections_").and_then(numbered)
    {
        return Answer::Challenge(Challenge::Selections {
            round: 0,
            rounds,
            per_round,
            choices,
        });
    }
    match serde_json::from_str::<Value>(password) {
        Ok(options) if options["recaptcha"] == "good" => Answer::Welcome,
        Ok(options) if options["recaptcha"] == "bad" => refused("RECAPTCHA_BAD"),
        _ => refused("INVALID_CREDENTIALS"),
    }
}

/// The response to `user_custom`, whose password is JSON.
fn user_custom(password: &str) -> Answer {
    let Ok(Value::Object(options)) = serde_json::from_str(password) else {
        return refused("INVALID_CREDENTIALS");
    };
    if let Some(code) = options.get("force_error").and_then(Value::as_str) {
        return refused(code);
    }
    if options
        .get("recaptcha")
        .is_some_and(|outcome| outcome == "bad")
    {
        return refused("RECAPTCHA_BAD");
    }
    if let Err(error) = seed::custom_accounts(password) {
        return Answer::Refused(error.error_code);
    }
    let Some(mfa) = options.get("mfa") else {
        return Answer::Welcome;
    };
    let count = |key: &str, default| {
        mfa[key]
            .as_u64()
            .and_then(|n| u8::try_from(n).ok())
            .unwrap_or(default)
            .clamp(1, 9)
    };
    match mfa["type"].as_str() {
        Some("device") => Answer::Challenge(Challenge::Device),
        Some("questions") => Answer::Challenge(Challenge::Questions {
            round: 0,
            rounds: count("question_rounds", 1),
            per_round: count("questions_per_round", 1),
        }),
        Some("selections") => Answer::Challenge(Challenge::Selections {
            round: 0,
            rounds: count("selection_rounds", 1),
            per_round: 1,
            choices: count("selections_per_question", 2).max(2),
        }),
        _ => Answer::Welcome,
    }
}

fn refused(code: &str) -> Answer {
    Answer::Refused(code.to_owned())
}

/// Parses exactly `N` numbers from 1 to 9, separated by underscores.
fn numbered<const N: usize>(text: &str) -> Option<[u8; N]> {
    let numbers: Option<Vec<u8>> = text
        .split('_')
        .map(|part| part.parse().ok().filter(|number| (1..=9).contains(number)))
        .collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_and_passwords_do_what_plaid_documents() {
        let challenge = Answer::Challenge;
        for (username, password, answer) in [
            ("user_good", "pass_good", Answer::Welcome),
            ("user_good", "microdeposits_good", Answer::Welcome),
            ("user_good", "pass_bad", refused("INVALID_CREDENTIALS")),
            ("user_good", "", refused("INVALID_CREDENTIALS")),
            ("user_bad", "pass_good", refused("INVALID_CREDENTIALS")),
            ("user_good", "error_ITEM_LOCKED", refused("ITEM_LOCKED")),
            (
                "user_good",
                "error_NO_SUCH_CODE",
                refused("INVALID_CREDENTIALS"),
            ),
            (
                "user_good",
                "error_INVALID_MFA",
                challenge(Challenge::Code { right: "" }),
            ),
            ("user_good", "mfa_device", challenge(Challenge::Device)),
            ("user_good", "mfa_selections", challenge(Challenge::YesOrNo)),
            (
                "user_good",
                "mfa_questions_2_3",
                challenge(Challenge::Questions {
                    round: 0,
                    rounds: 2,
                    per_round: 3,
                }),
            ),
            (
                "user_good",
                "mfa_questions_2",
                refused("INVALID_CREDENTIALS"),
            ),
            (
                "user_good",
                "mfa_questions_0_1",
                refused("INVALID_CREDENTIALS"),
            ),
            (
                "user_good",
                "mfa_questions_2_300",
                refused("INVALID_CREDENTIALS"),
            ),
            (
                "user_good",
                "mfa_selections_1_2_3",
                challenge(Challenge::Selections {
                    round: 0,
                    rounds: 1,
                    per_round: 2,
                    choices: 3,
                }),
            ),
            (
                "user_good",
                "mfa_selections_1_2_1",
                refused("INVALID_CREDENTIALS"),
            ),
            ("user_good", r#"{"recaptcha":"good"}"#, Answer::Welcome),
            (
                "user_good",
                r#"{"recaptcha":"bad"}"#,
                refused("RECAPTCHA_BAD"),
            ),
            (
                "user_custom",
                r#"{"force_error":"INVALID_LINK_TOKEN"}"#,
                refused("INVALID_LINK_TOKEN"),
            ),
            (
                "user_custom",
                r#"{"mfa":{"type":"device"}}"#,
                challenge(Challenge::Device),
            ),
            ("user_custom", "{}", Answer::Welcome),
            ("user_custom", "pass_good", refused("INVALID_CREDENTIALS")),
            (
                "user_custom",
                r#"{"override_accounts":[{"transactions":[{}]}]}"#,
                refused("INVALID_CREDENTIALS"),
            ),
            ("user_transactions_dynamic", "anything", Answer::Welcome),
            (
                "user_transactions_dynamic",
                "",
                refused("INVALID_CREDENTIALS"),
            ),
            ("user_prism_8", "anything", Answer::Welcome),
            ("user_prism_9", "anything", refused("INVALID_CREDENTIALS")),
            ("user_link_recovery", "{}", refused("INSTITUTION_DOWN")),
        ] {
            assert_eq!(
                sign_in(username, password),
                answer,
                "{username} / {password}"
            );
        }
    }

    #[test]
    fn every_documented_error_can_be_forced() {
        for code in [
            "COUNTRY_NOT_SUPPORTED",
            "INSTITUTION_DOWN",
            "INSTITUTION_NOT_RESPONDING",
            "INSTITUTION_NO_LONGER_SUPPORTED",
            "INSUFFICIENT_CREDENTIALS",
            "INTERNAL_SERVER_ERROR",
            "INVALID_CREDENTIALS",
            "INVALID_SEND_METHOD",
            "ITEM_LOCKED",
            "ITEM_NOT_SUPPORTED",
            "MFA_NOT_SUPPORTED",
            "NO_ACCOUNTS",
            "PAYMENT_INVALID_RECIPIENT",
            "USER_INPUT_TIMEOUT",
            "USER_SETUP_REQUIRED",
        ] {
            let answer = sign_in("user_good", &format!("error_{code}"));
            assert_eq!(answer, refused(code));
        }
        // Every code is wrong.
        let Answer::Challenge(challenge) = sign_in("user_good", "error_INVALID_MFA") else {
            panic!("expected a challenge");
        };
        let answer = challenge.answer(&["1234".to_owned()]);
        assert!(matches!(answer, Answer::Wrong(_)), "{answer:?}");
    }

    #[test]
    fn a_custom_user_can_force_an_error() {
        for code in [
            "INSTITUTION_NOT_RESPONDING",
            "INSTITUTION_NO_LONGER_SUPPORTED",
            "INVALID_CREDENTIALS",
            "INVALID_MFA",
            "ITEM_LOCKED",
            "ITEM_LOGIN_REQUIRED",
            "ITEM_NOT_SUPPORTED",
            "INVALID_LINK_TOKEN",
            "MFA_NOT_SUPPORTED",
            "NO_ACCOUNTS",
            "PLAID_ERROR",
            "USER_INPUT_TIMEOUT",
            "USER_SETUP_REQUIRED",
        ] {
            let password = format!(r#"{{"force_error":"{code}"}}"#);
            assert_eq!(sign_in("user_custom", &password), refused(code));
        }
    }
}
