use serde::{Deserialize, Serialize};

/// What the app must know before it can start: `GET /api/config`, and inlined in the page the backend serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where Link's script is: Plaid's own, or the emulator's.
    pub link_script_url: String,
    /// Plaid's environment, `sandbox` or `production`.
    pub plaid_env: String,
}

/// Who is signed in: `GET /api/session`.
///
/// With demo sign-in, a visitor without a session is given one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Our own opaque name for the user.
    pub user_id: String,
}
