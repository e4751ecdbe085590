//! The arguments of `onEvent`.

use json_struct::json_struct;

use super::ExitStatus;
use crate::{ErrorType, InstitutionId, LinkSessionId, RequestId};

json_struct! {
    /// The second argument of `onEvent`.
    ///
    /// Only `OPEN` and Layer's events arrive at once. The others arrive together at the end of a visit, in no fixed
    /// order: sort them by `timestamp`.
    ///
    /// ```
    /// use plaid_types::link::{EventMetadata, ViewName};
    ///
    /// let metadata: EventMetadata = serde_json::from_str(r#"{"view_name":"CONSENT","novelty":3}"#)?;
    /// assert_eq!(metadata.view_name, Some(ViewName::Consent));
    /// assert_eq!(metadata.extra["novelty"], 3);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Default)]
    pub open struct EventMetadata {
        /// The last digits of an account number that the user typed in; empty if it has four.
        pub account_number_mask: Option<String> = "account_number_mask",
        /// The brand chosen at a bank with several portals.
        pub brand_name: Option<String> = "brand_name",
        /// The type of the error, with `ERROR` and `EXIT`.
        pub error_type: Option<ErrorType> = "error_type",
        /// The code of the error, with `ERROR` and `EXIT`.
        pub error_code: Option<String> = "error_code",
        /// The message for developers, with `ERROR` and `EXIT`.
        pub error_message: Option<String> = "error_message",
        /// The point where the user left, with `EXIT`.
        pub exit_status: Option<ExitStatus> = "exit_status",
        /// The id of the selected institution.
        pub institution_id: Option<InstitutionId> = "institution_id",
        /// The name of the selected institution.
        pub institution_name: Option<String> = "institution_name",
        /// The search text, with `SEARCH_INSTITUTION`.
        pub institution_search_query: Option<String> = "institution_search_query",
        /// Whether Link is in update mode, with `OPEN`.
        pub is_update_mode: Option<String> = "is_update_mode",
        /// The reason why an institution was offered, such as `returning_user`.
        pub match_reason: Option<String> = "match_reason",
        /// The kind of second factor, with `SUBMIT_MFA`, and with `TRANSITION_VIEW` to `MFA`.
        pub mfa_type: Option<MfaType> = "mfa_type",
        /// The routing number, with `SUBMIT_ROUTING_NUMBER`.
        pub routing_number: Option<String> = "routing_number",
        /// `flow_type_manual` or `flow_type_instant`, with `SELECT_AUTH_TYPE`.
        pub selection: Option<String> = "selection",
        /// The pane, with `TRANSITION_VIEW` and `OPEN`.
        pub view_name: Option<ViewName> = "view_name",
        /// The id of Link's last request.
        pub request_id: Option<RequestId> = "request_id",
        /// The id of the Link session.
        pub link_session_id: Option<LinkSessionId> = "link_session_id",
        /// The time of the event, ISO 8601.
        pub timestamp: Option<String> = "timestamp",
    }
}

open_enum! {
    /// The first argument of `onEvent`.
    ///
    /// ```
    /// use plaid_types::link::EventName;
    ///
    /// assert_eq!(EventName::from("HANDOFF"), EventName::Handoff);
    /// ```
    pub enum EventName {
        AutoSubmitPhone => "AUTO_SUBMIT_PHONE",
        BankIncomeInsightsCompleted => "BANK_INCOME_INSIGHTS_COMPLETED",
        CloseOauth => "CLOSE_OAUTH",
        ConnectNewInstitution => "CONNECT_NEW_INSTITUTION",
        Error => "ERROR",
        Exit => "EXIT",
        FailOauth => "FAIL_OAUTH",
        Handoff => "HANDOFF",
        IdentityMatchFailed => "IDENTITY_MATCH_FAILED",
        IdentityMatchPassed => "IDENTITY_MATCH_PASSED",
        IdentityVerificationStartStep => "IDENTITY_VERIFICATION_START_STEP",
        IdentityVerificationPassStep => "IDENTITY_VERIFICATION_PASS_STEP",
        IdentityVerificationFailStep => "IDENTITY_VERIFICATION_FAIL_STEP",
        IdentityVerificationPendingReviewStep => "IDENTITY_VERIFICATION_PENDING_REVIEW_STEP",
        IdentityVerificationCreateSession => "IDENTITY_VERIFICATION_CREATE_SESSION",
        IdentityVerificationResumeSession => "IDENTITY_VERIFICATION_RESUME_SESSION",
        IdentityVerificationPassSession => "IDENTITY_VERIFICATION_PASS_SESSION",
        IdentityVerificationFailSession => "IDENTITY_VERIFICATION_FAIL_SESSION",
        IdentityVerificationPendingReviewSession => "IDENTITY_VERIFICATION_PENDING_REVIEW_SESSION",
        IdentityVerificationOpenUi => "IDENTITY_VERIFICATION_OPEN_UI",
        IdentityVerificationResumeUi => "IDENTITY_VERIFICATION_RESUME_UI",
        IdentityVerificationCloseUi => "IDENTITY_VERIFICATION_CLOSE_UI",
        LayerReady => "LAYER_READY",
        LayerNotAvailable => "LAYER_NOT_AVAILABLE",
        LayerAutofillNotAvailable => "LAYER_AUTOFILL_NOT_AVAILABLE",
        MatchedSelectInstitution => "MATCHED_SELECT_INSTITUTION",
        Open => "OPEN",
        OpenMyPlaid => "OPEN_MY_PLAID",
        OpenOauth => "OPEN_OAUTH",
        SearchInstitution => "SEARCH_INSTITUTION",
        SelectAuthType => "SELECT_AUTH_TYPE",
        SelectBrand => "SELECT_BRAND",
        SelectDegradedInstitution => "SELECT_DEGRADED_INSTITUTION",
        SelectDownInstitution => "SELECT_DOWN_INSTITUTION",
        SelectFilteredInstitution => "SELECT_FILTERED_INSTITUTION",
        SelectInstitution => "SELECT_INSTITUTION",
        SkipSubmitPhone => "SKIP_SUBMIT_PHONE",
        SubmitAccountNumber => "SUBMIT_ACCOUNT_NUMBER",
        SubmitCredentials => "SUBMIT_CREDENTIALS",
        SubmitDocuments => "SUBMIT_DOCUMENTS",
        SubmitDocumentsError => "SUBMIT_DOCUMENTS_ERROR",
        SubmitDocumentsSuccess => "SUBMIT_DOCUMENTS_SUCCESS",
        SubmitMfa => "SUBMIT_MFA",
        SubmitOtp => "SUBMIT_OTP",
        SubmitPhone => "SUBMIT_PHONE",
        SubmitRoutingNumber => "SUBMIT_ROUTING_NUMBER",
        TransitionView => "TRANSITION_VIEW",
        VerifyPhone => "VERIFY_PHONE",
        ViewDataTypes => "VIEW_DATA_TYPES",
    }
}

open_enum! {
    /// A pane of Link.
    ///
    /// ```
    /// use plaid_types::link::ViewName;
    ///
    /// assert_eq!(ViewName::Consent.as_str(), "CONSENT");
    /// ```
    pub enum ViewName {
        AcceptTos => "ACCEPT_TOS",
        Connected => "CONNECTED",
        Consent => "CONSENT",
        Credential => "CREDENTIAL",
        DocumentaryVerification => "DOCUMENTARY_VERIFICATION",
        Error => "ERROR",
        Exit => "EXIT",
        InstantMicrodepositAuthorized => "INSTANT_MICRODEPOSIT_AUTHORIZED",
        KycCheck => "KYC_CHECK",
        Loading => "LOADING",
        Mfa => "MFA",
        Numbers => "NUMBERS",
        NumbersSelectInstitution => "NUMBERS_SELECT_INSTITUTION",
        Oauth => "OAUTH",
        ProfileDataReview => "PROFILE_DATA_REVIEW",
        Recaptcha => "RECAPTCHA",
        RiskCheck => "RISK_CHECK",
        SameDayMicrodepositAuthorized => "SAME_DAY_MICRODEPOSIT_AUTHORIZED",
        Screening => "SCREENING",
        SelectAccount => "SELECT_ACCOUNT",
        SelectAuthType => "SELECT_AUTH_TYPE",
        SelectBrand => "SELECT_BRAND",
        SelectInstitution => "SELECT_INSTITUTION",
        SelectSavedAccount => "SELECT_SAVED_ACCOUNT",
        SelectSavedInstitution => "SELECT_SAVED_INSTITUTION",
        SelfieCheck => "SELFIE_CHECK",
        SubmitPhone => "SUBMIT_PHONE",
        UploadDocuments => "UPLOAD_DOCUMENTS",
        VerifyPhone => "VERIFY_PHONE",
        VerifySms => "VERIFY_SMS",
    }
}

open_enum! {
    /// The kind of second factor.
    ///
    /// ```
    /// use plaid_types::link::MfaType;
    ///
    /// assert_eq!(MfaType::from("code").to_string(), "code");
    /// ```
    pub enum MfaType {
        Code => "code",
        Device => "device",
        Questions => "questions",
        Selections => "selections",
    }
}
