//! The arguments of `onSuccess`.

use json_struct::json_struct;

use crate::{AccountId, AccountSubtype, AccountType, InstitutionId, LinkSessionId};

json_struct! {
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
    #[derive(Default)]
    pub open struct SuccessMetadata {
        /// The institution of the accounts; null for same-day micro-deposits.
        pub institution: Option<LinkInstitution> = "institution",
        /// The accounts that the user selected.
        pub accounts: Vec<LinkAccount> = "accounts",
        /// The id of the Link session.
        pub link_session_id: Option<LinkSessionId> = "link_session_id",
        /// Whether the transfer was made; only from Transfer UI.
        pub transfer_status: Option<TransferStatus> = "transfer_status",
    }
}

json_struct! {
    /// An institution in the metadata of Link.
    ///
    /// ```
    /// use plaid_types::link::LinkInstitution;
    ///
    /// let bank = LinkInstitution { name: Some("Tartan Bank".to_owned()), ..LinkInstitution::default() };
    /// # let _ = bank;
    /// ```
    #[derive(Default)]
    pub open struct LinkInstitution {
        /// The name to show.
        pub name: Option<String> = "name",
        /// Plaid's id of the institution.
        pub institution_id: Option<InstitutionId> = "institution_id",
    }
}

json_struct! {
    /// An account in the metadata of Link, without a balance.
    ///
    /// ```
    /// use plaid_types::link::LinkAccount;
    ///
    /// let account: LinkAccount = serde_json::from_str(r#"{"id":"acc_1","name":"Checking","mask":"0000"}"#)?;
    /// assert_eq!(account.mask.as_deref(), Some("0000"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Default)]
    pub open struct LinkAccount {
        /// Plaid's `account_id`.
        pub id: Option<AccountId> = "id",
        /// The name that the user or the bank gave it.
        pub name: Option<String> = "name",
        /// The last two to four characters of the account number; not unique.
        pub mask: Option<String> = "mask",
        /// The type, in Plaid's terms.
        pub kind: Option<AccountType> = "type",
        /// The subtype, in Plaid's terms.
        pub subtype: Option<AccountSubtype> = "subtype",
        /// The state of the verification; only while the account's ownership is verified.
        pub verification_status: Option<VerificationStatus> = "verification_status",
        /// `business` or `personal`; only from micro-deposits.
        pub class_type: Option<String> = "class_type",
    }
}

open_enum! {
    /// The state of an account's verification.
    ///
    /// ```
    /// use plaid_types::link::VerificationStatus;
    ///
    /// assert_eq!(VerificationStatus::from("something new").as_str(), "something new");
    /// ```
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
    /// The result of a transfer.
    ///
    /// ```
    /// use plaid_types::link::TransferStatus;
    ///
    /// assert_eq!(TransferStatus::from("COMPLETE").as_str(), "COMPLETE");
    /// ```
    pub enum TransferStatus {
        Complete => "COMPLETE",
        Incomplete => "INCOMPLETE",
    }
}
