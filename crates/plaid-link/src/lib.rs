//! Plaid Link in the browser, safe and typed, without a framework.
