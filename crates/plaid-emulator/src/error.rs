//! Plaid's errors: a table of their codes, types and messages.

use axum::http::StatusCode;
use plaid_types::{ErrorType, PlaidError};

/// Creates the error with this code, with its type and messages.
///
/// A code that is not in the table becomes an `ITEM_ERROR` without messages.
pub(crate) fn plaid_error(code: &str) -> PlaidError {
    let known = TABLE.iter().find(|row| row.code == code);
    PlaidError {
        error_type: known.map_or(ErrorType::ItemError, |row| ErrorType::from(row.kind)),
        error_code: code.to_owned(),
        error_message: known.map_or("", |row| row.message).to_owned(),
        display_message: known.and_then(|row| row.display).map(str::to_owned),
        request_id: None,
        status: None,
        error_code_reason: None,
    }
}

/// Creates the error with this code and a message about this request.
pub(crate) fn plaid_error_with_message(code: &str, message: impl Into<String>) -> PlaidError {
    PlaidError {
        error_message: message.into(),
        ..plaid_error(code)
    }
}

/// Returns the HTTP status of the error.
pub(crate) fn http_status(error: &PlaidError) -> StatusCode {
    match error.error_code.as_str() {
        "NOT_FOUND" | "NO_LONGER_AVAILABLE" | "OAUTH_STATE_ID_NOT_FOUND" => StatusCode::NOT_FOUND,
        "OAUTH_STATE_ID_ALREADY_PROCESSED" => StatusCode::ALREADY_REPORTED,
        "PLANNED_MAINTENANCE" => StatusCode::SERVICE_UNAVAILABLE,
        _ if error.error_type == ErrorType::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
        _ if error.error_type == ErrorType::ApiError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

struct Row {
    code: &'static str,
    kind: &'static str,
    message: &'static str,
    display: Option<&'static str>,
}

const fn row(
    kind: &'static str,
    code: &'static str,
    message: &'static str,
    display: Option<&'static str>,
) -> Row {
    Row {
        code,
        kind,
        message,
        display,
    }
}

const NOT_RESPONDING: &str =
    "this institution is not currently responding to this request. please try again soon";

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("INVALID_REQUEST", "MISSING_FIELDS", "required fields are missing", None),
    row("INVALID_REQUEST", "UNKNOWN_FIELDS", "fields are not recognized by this endpoint", None),
    row("INVALID_REQUEST", "INVALID_FIELD", "a field is invalid", None),
    row("INVALID_REQUEST", "INVALID_BODY", "body could not be parsed as JSON", None),
    row("INVALID_REQUEST", "INVALID_HEADERS", "the Content-Type header must be application/json", None),
    row("INVALID_REQUEST", "INCOMPATIBLE_API_VERSION", "this version of the API is not supported", None),
    row("INVALID_REQUEST", "NOT_FOUND", "not found", None),
    row("INVALID_INPUT", "INVALID_API_KEYS", "invalid client_id or secret provided", None),
    row("INVALID_INPUT", "INVALID_ACCESS_TOKEN", "could not find matching access token", None),
    row("INVALID_INPUT", "INVALID_PUBLIC_TOKEN", "could not find matching public token", None),
    row("INVALID_INPUT", "INVALID_LINK_TOKEN", "invalid link_token provided", None),
    row("INVALID_INPUT", "INVALID_LINK_CUSTOMIZATION", "requested link customization is not set to update account selection", None),
    row("INVALID_INPUT", "INVALID_INSTITUTION", "invalid institution_id provided", None),
    row("INVALID_INPUT", "INVALID_ACCOUNT_ID", "failed to find requested account ID for requested item", None),
    row("INVALID_INPUT", "INVALID_PRODUCT", "client is not authorized to access the following products", None),
    row("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID", "invalid key_id provided", None),
    row("ITEM_ERROR", "ACCESS_NOT_GRANTED", "access to this product was not granted for the account", Some("The bank is not allowed to share the required data. Try again and allow it.")),
    row("ITEM_ERROR", "INSUFFICIENT_CREDENTIALS", "insufficient authorization was provided to complete the request", Some("The sign-in at the bank was not completed.")),
    row("ITEM_ERROR", "INVALID_CREDENTIALS", "the provided credentials were not correct", Some("The username or password is not correct. Check them and try again.")),
    row("ITEM_ERROR", "INVALID_MFA", "the provided MFA response(s) were not correct", Some("The answer is not correct. Try again.")),
    row("ITEM_ERROR", "INVALID_SEND_METHOD", "the provided MFA send_method was invalid", None),
    row("ITEM_ERROR", "INVALID_PHONE_NUMBER", "the provided phone number was invalid", Some("The phone number is not valid.")),
    row("ITEM_ERROR", "INVALID_OTP", "the provided OTP was invalid", Some("The code is not correct.")),
    row("ITEM_ERROR", "ITEM_LOCKED", "the account is locked, and the user must unlock it at the institution", Some("The bank has locked the account. Unlock it on the bank's site and try again.")),
    row("ITEM_ERROR", "ITEM_LOGIN_REQUIRED", "the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state", None),
    row("ITEM_ERROR", "ITEM_NOT_FOUND", "the item was not found", None),
    row("ITEM_ERROR", "ITEM_NOT_SUPPORTED", "the account is not supported", Some("This account cannot be connected. Choose another one.")),
    row("ITEM_ERROR", "MFA_NOT_SUPPORTED", "the kind of MFA is not supported", Some("The bank asks for a second factor that is not supported here.")),
    row("ITEM_ERROR", "NO_ACCOUNTS", "no valid accounts were found for this item", Some("No accounts were found that can be connected.")),
    row("ITEM_ERROR", "NO_AUTH_ACCOUNTS", "no valid accounts were found for this item", Some("No checking or savings account was found.")),
    row("ITEM_ERROR", "PASSWORD_RESET_REQUIRED", "the user must reset the password at the institution", Some("The bank asks for a new password. Set it on the bank's site and try again.")),
    row("ITEM_ERROR", "PRODUCT_NOT_ENABLED", "the product is not enabled for this item", None),
    row("ITEM_ERROR", "PRODUCT_NOT_READY", "the requested product is not yet ready. please provide a webhook or try the request again later", None),
    row("ITEM_ERROR", "PRODUCTS_NOT_SUPPORTED", "the products are not supported by this institution", None),
    row("ITEM_ERROR", "USER_SETUP_REQUIRED", "the user must complete the set-up at the institution", Some("The bank requires a step on its own site first. Sign in there, then try again.")),
    row("ITEM_ERROR", "USER_INPUT_TIMEOUT", "user must retry this operation", Some("That took too long. Try again.")),
    row("ITEM_ERROR", "USER_PERMISSION_REVOKED", "the holder of this account has revoked their permission for your application to access it", None),
    row("INSTITUTION_ERROR", "INSTITUTION_DOWN", NOT_RESPONDING, Some("The bank is not responding at the moment. Try again later.")),
    row("INSTITUTION_ERROR", "INSTITUTION_NOT_RESPONDING", NOT_RESPONDING, Some("The bank is not responding at the moment. Try again later.")),
    row("INSTITUTION_ERROR", "INSTITUTION_NOT_AVAILABLE", NOT_RESPONDING, Some("The bank is not available at the moment. Try again later.")),
    row("INSTITUTION_ERROR", "INSTITUTION_NO_LONGER_SUPPORTED", "this institution is no longer supported", Some("This bank can no longer be connected.")),
    row("INSTITUTION_ERROR", "UNAUTHORIZED_INSTITUTION", "not authorized to create items for this institution", Some("This bank cannot be connected here.")),
    row("INVALID_INPUT", "COUNTRY_NOT_SUPPORTED", "the country is not supported", Some("This bank is in a country that is not supported here.")),
    row("USER_ERROR", "USER_NOT_FOUND", "the user cannot be found: it does not exist, or was removed", None),
    row("PAYMENT_ERROR", "PAYMENT_INVALID_RECIPIENT", "the recipient of the payment is invalid", Some("The recipient of the payment is not valid.")),
    row("RECAPTCHA_ERROR", "RECAPTCHA_REQUIRED", "a reCAPTCHA is required", Some("Complete the reCAPTCHA and try again.")),
    row("RECAPTCHA_ERROR", "RECAPTCHA_BAD", "The provided challenge response was denied. Please try again", Some("The reCAPTCHA failed. Try again.")),
    row("OAUTH_ERROR", "INCORRECT_LINK_TOKEN", "link token does not match original link token", None),
    row("OAUTH_ERROR", "OAUTH_STATE_ID_ALREADY_PROCESSED", "", None),
    row("OAUTH_ERROR", "OAUTH_STATE_ID_NOT_FOUND", "the provided oauth_state_id wasn't found", None),
    row("API_ERROR", "INTERNAL_SERVER_ERROR", "an unexpected error occurred", None),
    row("API_ERROR", "PLAID_ERROR", "an unexpected error occurred", None),
    row("API_ERROR", "PLANNED_MAINTENANCE", "Plaid is under maintenance", None),
    row("RATE_LIMIT_EXCEEDED", "RATE_LIMIT", "rate limit exceeded. try again later", None),
    row("SANDBOX_ERROR", "SANDBOX_PRODUCT_NOT_ENABLED", "the product is not enabled on this item", None),
    row("SANDBOX_ERROR", "SANDBOX_WEBHOOK_INVALID", "the webhook cannot be fired for this item", None),
    row("INVALID_RESULT", "LAST_UPDATED_DATETIME_OUT_OF_RANGE", "the last update is older than the oldest acceptable balance", None),
    row("TRANSACTIONS_ERROR", "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", "underlying transaction data changed since last page was fetched. please restart pagination from last update", None),
];
