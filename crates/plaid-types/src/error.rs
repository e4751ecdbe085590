//! Plaid's error object.

use std::fmt;

use json_struct::json_struct;

use crate::RequestId;

json_struct! {
    /// Plaid's error object: the body of every response that is not 2xx, and the `error` of an Item.
    ///
    /// Source: schema `PlaidError` of Plaid's OpenAPI specification, 2020-09-14.
    ///
    /// ```
    /// use plaid_types::{ErrorType, PlaidError};
    ///
    /// let error: PlaidError = serde_json::from_str(
    ///     r#"{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"sign in","request_id":"r1"}"#,
    /// )?;
    /// assert_eq!(error.error_type, ErrorType::ItemError);
    /// assert_eq!(error.to_string(), "ITEM_ERROR/ITEM_LOGIN_REQUIRED: sign in (request r1)");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct PlaidError {
        /// The broad type.
        pub error_type: ErrorType = "error_type",
        /// The code, for programs, such as `INVALID_PUBLIC_TOKEN`.
        pub error_code: String = "error_code",
        /// The message for developers, in English. It may change at any time.
        pub error_message: String = ?"error_message",
        /// The message for users; null when they can do nothing about it.
        pub display_message: Option<String> = "display_message",
        /// The id of the failed request; absent in webhooks and on Items.
        pub request_id: Option<RequestId> = ?"request_id",
        /// The HTTP status; only where the error is a part of another object.
        pub status: Option<u16> = ?"status",
        /// The reason why an OAuth consent ended, such as `OAUTH_CONSENT_EXPIRED`.
        pub error_code_reason: Option<String> = ?"error_code_reason",
    }
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
    /// The broad type of an error.
    ///
    /// ```
    /// use plaid_types::ErrorType;
    ///
    /// assert_eq!(ErrorType::from("API_ERROR"), ErrorType::ApiError);
    /// assert_eq!(ErrorType::from("NOVEL_ERROR").as_str(), "NOVEL_ERROR");
    /// ```
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_message_is_read() {
        let read = |json| serde_json::from_str::<PlaidError>(json);
        let error = read(r#"{"error_type":"ITEM_ERROR","error_code":"ITEM_LOCKED"}"#);
        assert_eq!(error.expect("an error").error_message, "");
        assert!(read(r#"{"error_type":"ITEM_ERROR"}"#).is_err());
    }
}
