use json_struct::json_struct;

json_struct! {
    /// What the app must know before it can start: `GET /api/config`, and inlined in the page the backend serves.
    #[derive(Eq)]
    pub struct Config {
        /// Where Link's script is: Plaid's own, or the emulator's.
        pub link_script_url: String = "link_script_url",
        /// Plaid's environment, `sandbox` or `production`.
        pub plaid_env: String = "plaid_env",
    }
}

json_struct! {
    /// Who is signed in: `GET /api/session`.
    ///
    /// With demo sign-in, a visitor without a session is given one.
    #[derive(Eq)]
    pub struct Session {
        /// Our own opaque name for the user.
        pub user_id: String = "user_id",
    }
}
