use serde::{Deserialize, Serialize};

use super::Extra;
use crate::{AccountId, AccountSubtype, AccountType, InstitutionId, LinkSessionId};

/// The second argument of `onSuccess`.
///
/// ```
/// # use plaid_types::link::SuccessMetadata;
/// let metadata: SuccessMetadata = serde_json::from_str(
///     r#"{"institution":{"name":"First Platypus Bank","institution_id":"ins_109508"},
///         "accounts":[],"link_session_id":"79e772be","transfer_status":null}"#,
/// )?;
/// assert_eq!(metadata.institution.and_then(|i| i.name).as_deref(), Some("First Platypus Bank"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuccessMetadata {
    /// Where the accounts are; null for same-day micro-deposits.
    pub institution: Option<LinkInstitution>,
    /// The accounts that the user chose to share.
    #[serde(deserialize_with = "null_is_default")]
    pub accounts: Vec<LinkAccount>,
    /// This visit to Link.
    pub link_session_id: Option<LinkSessionId>,
    /// Only from Transfer UI.
    pub transfer_status: Option<TransferStatus>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An institution as Link names it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkInstitution {
    /// Its name to show.
    pub name: Option<String>,
    /// Plaid's name for it.
    pub institution_id: Option<InstitutionId>,
}

/// An account as Link shows it to the page: no balance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkAccount {
    /// Plaid's `account_id`.
    pub id: Option<AccountId>,
    /// The name that the user or the bank gave it.
    pub name: Option<String>,
    /// Two to four last characters; not unique.
    pub mask: Option<String>,
    /// The broad kind.
    #[serde(rename = "type")]
    pub kind: Option<AccountType>,
    /// The exact kind.
    pub subtype: Option<AccountSubtype>,
    /// Only where the account's ownership is being verified.
    pub verification_status: Option<VerificationStatus>,
    /// `business` or `personal`; only from micro-deposits.
    pub class_type: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// How far the verification of an account has come.
    pub enum VerificationStatus {
        PendingAutomaticVerification => "pending_automatic_verification",
        PendingManualVerification => "pending_manual_verification",
        AutomaticallyVerified => "automatically_verified",
        ManuallyVerified => "manually_verified",
        VerificationExpired => "verification_expired",
        VerificationFailed => "verification_failed",
        DatabaseMatched => "database_matched",
        DatabaseInsightsPending => "database_insights_pending",
    }
}

open_enum! {
    /// Whether a transfer was made.
    pub enum TransferStatus {
        Complete => "COMPLETE",
        Incomplete => "INCOMPLETE",
    }
}

/// Old reports saw `accounts: null` in update mode.
fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
