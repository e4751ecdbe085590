//! The texts of all panes in one language.

/// The texts of all panes in one language. `{}` is the place of a name.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) lang: &'static str,

    pub(crate) back: &'static str,
    pub(crate) close: &'static str,
    pub(crate) proceed: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) try_again: &'static str,
    pub(crate) other_bank: &'static str,
    pub(crate) leave: &'static str,

    pub(crate) consent: &'static str,
    pub(crate) consent_private: &'static str,
    pub(crate) consent_choice: &'static str,
    pub(crate) consent_undo: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) phone_why: &'static str,
    pub(crate) phone_wrong: &'static str,
    pub(crate) skip_phone: &'static str,

    pub(crate) verify_phone: &'static str,
    pub(crate) verify_phone_sent: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_wrong: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) saved_why: &'static str,
    pub(crate) new_bank: &'static str,

    pub(crate) choose_bank: &'static str,
    pub(crate) search: &'static str,
    pub(crate) none_found: &'static str,
    pub(crate) found_one: &'static str,
    pub(crate) found: &'static str,

    pub(crate) sign_in: &'static str,
    pub(crate) sign_in_safe: &'static str,
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    pub(crate) sandbox_sign_in: &'static str,
    pub(crate) sandbox_code: &'static str,
    pub(crate) sandbox_answer: &'static str,
    pub(crate) bank_site: &'static str,

    pub(crate) loading: &'static str,
    pub(crate) loading_wait: &'static str,

    pub(crate) device: &'static str,
    pub(crate) device_phone: &'static str,
    pub(crate) device_email: &'static str,
    pub(crate) device_missing: &'static str,
    pub(crate) bank_code: &'static str,
    pub(crate) questions: &'static str,
    pub(crate) question: &'static str,
    pub(crate) answers_wrong: &'static str,

    pub(crate) accounts: &'static str,
    pub(crate) accounts_why: &'static str,
    pub(crate) accounts_missing: &'static str,

    pub(crate) connected: &'static str,
    pub(crate) connected_text: &'static str,
    pub(crate) reconnected: &'static str,
    pub(crate) finish: &'static str,

    pub(crate) oauth: &'static str,
    pub(crate) oauth_text: &'static str,
    pub(crate) oauth_in_app: &'static str,
    pub(crate) oauth_waiting: &'static str,
    pub(crate) oauth_waiting_text: &'static str,
    pub(crate) oauth_reopen: &'static str,

    pub(crate) bank_page: &'static str,
    pub(crate) bank_page_result: &'static str,
    pub(crate) bank_page_no_error: &'static str,
    pub(crate) bank_page_sandbox: &'static str,
    pub(crate) bank_page_done: &'static str,
    pub(crate) bank_page_expired: &'static str,
    pub(crate) bank_page_close: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) deny: &'static str,

    pub(crate) degraded: &'static str,
    pub(crate) degraded_text: &'static str,
    pub(crate) down: &'static str,
    pub(crate) down_text: &'static str,
    pub(crate) filtered: &'static str,
    pub(crate) filtered_text: &'static str,

    pub(crate) exit: &'static str,
    pub(crate) exit_text: &'static str,
    pub(crate) keep_going: &'static str,

    /// The title and the text for an error code.
    pub(crate) problem: fn(&str) -> (&'static str, &'static str),
}
