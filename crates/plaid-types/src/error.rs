use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RequestId;

/// Plaid's error object: the body of every answer that is not 2xx, and `error` of an Item.
///
/// Source: schema `PlaidError` of Plaid's OpenAPI specification, 2020-09-14.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaidError {
    /// The broad kind.
    pub error_type: ErrorType,
    /// What happened, such as `INVALID_PUBLIC_TOKEN`; what programs decide by.
    pub error_code: String,
    /// For developers, in English; may change at any time.
    #[serde(default)]
    pub error_message: String,
    /// For users; null when they can do nothing about it.
    #[serde(default)]
    pub display_message: Option<String>,
    /// The request that failed; absent in webhooks and on Items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The HTTP status; only where the error travels inside something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why an OAuth consent ended, such as `OAUTH_CONSENT_EXPIRED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code_reason: Option<String>,
}

impl fmt::Display for PlaidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}: {}",
            self.error_type, self.error_code, self.error_message
        )?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PlaidError {}

open_enum! {
    /// The broad kind of an error.
    pub enum ErrorType {
        InvalidRequest => "INVALID_REQUEST",
        InvalidResult => "INVALID_RESULT",
        InvalidInput => "INVALID_INPUT",
        InstitutionError => "INSTITUTION_ERROR",
        RateLimitExceeded => "RATE_LIMIT_EXCEEDED",
        ApiError => "API_ERROR",
        ItemError => "ITEM_ERROR",
        AssetReportError => "ASSET_REPORT_ERROR",
        BaseReportError => "BASE_REPORT_ERROR",
        RecaptchaError => "RECAPTCHA_ERROR",
        OauthError => "OAUTH_ERROR",
        PaymentError => "PAYMENT_ERROR",
        BankTransferError => "BANK_TRANSFER_ERROR",
        IncomeVerificationError => "INCOME_VERIFICATION_ERROR",
        MicrodepositsError => "MICRODEPOSITS_ERROR",
        SandboxError => "SANDBOX_ERROR",
        PartnerError => "PARTNER_ERROR",
        SignalError => "SIGNAL_ERROR",
        TransactionsError => "TRANSACTIONS_ERROR",
        TransactionError => "TRANSACTION_ERROR",
        TransferError => "TRANSFER_ERROR",
        CheckReportError => "CHECK_REPORT_ERROR",
        ConsumerReportError => "CONSUMER_REPORT_ERROR",
        UserError => "USER_ERROR",
    }
}
