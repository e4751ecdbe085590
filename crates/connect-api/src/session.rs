//! The app's configuration, and the session of its user.

use json_struct::json_struct;

json_struct! {
    /// The configuration of the app: the answer of `GET /api/config`, which the backend also writes into the page.
    #[derive(Eq)]
    pub struct Config {
        /// The URL of Link's script: Plaid's or the emulator's.
        pub link_script_url: String = "link_script_url",
        /// Plaid's environment, `sandbox` or `production`.
        pub plaid_env: String = "plaid_env",
    }
}

json_struct! {
    /// The answer of `GET /api/session`.
    ///
    /// Demo sign-in creates a session for a new visitor.
    #[derive(Eq)]
    pub struct Session {
        /// The backend's opaque id of the signed-in user.
        pub user_id: String = "user_id",
    }
}
