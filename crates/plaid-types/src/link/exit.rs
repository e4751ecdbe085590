//! The arguments of `onExit`.

use std::fmt;

use json_struct::json_struct;

use super::LinkInstitution;
use crate::{ErrorType, LinkSessionId, RequestId};

json_struct! {
    /// The first argument of `onExit`: the last error that the user saw.
    ///
    /// ```
    /// use plaid_types::link::LinkError;
    ///
    /// let error = LinkError { error_code: Some("INVALID_LINK_TOKEN".to_owned()), ..LinkError::default() };
    /// assert!(error.is_invalid_link_token());
    /// ```
    #[derive(Default)]
    pub open struct LinkError {
        /// The broad type.
        pub error_type: Option<ErrorType> = "error_type",
        /// The code, for programs, such as `INVALID_LINK_TOKEN`.
        pub error_code: Option<String> = "error_code",
        /// The message for developers. It may change at any time.
        pub error_message: Option<String> = "error_message",
        /// The message for users; null when they can do nothing about it.
        pub display_message: Option<String> = "display_message",
    }
}

impl LinkError {
    /// Returns whether the Link token is no longer valid. A new token and a new handler are needed then.
    #[must_use]
    pub fn is_invalid_link_token(&self) -> bool {
        self.error_code.as_deref() == Some("INVALID_LINK_TOKEN")
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.error_code.as_deref().unwrap_or("unknown error");
        match &self.error_message {
            Some(message) => write!(f, "{code}: {message}"),
            None => f.write_str(code),
        }
    }
}

impl std::error::Error for LinkError {}

json_struct! {
    /// The second argument of `onExit`.
    ///
    /// ```
    /// use plaid_types::link::{ExitMetadata, ExitStatus};
    ///
    /// let metadata: ExitMetadata = serde_json::from_str(r#"{"status":"requires_code"}"#)?;
    /// assert_eq!(metadata.status, Some(ExitStatus::RequiresCode));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Default)]
    pub open struct ExitMetadata {
        /// The institution that the user selected, if any.
        pub institution: Option<LinkInstitution> = "institution",
        /// The point where the user left.
        pub status: Option<ExitStatus> = "status",
        /// The id of the Link session.
        pub link_session_id: Option<LinkSessionId> = "link_session_id",
        /// The id of Link's last request.
        pub request_id: Option<RequestId> = "request_id",
    }
}

open_enum! {
    /// The point where the user left Link.
    ///
    /// ```
    /// use plaid_types::link::ExitStatus;
    ///
    /// assert_eq!(ExitStatus::from("choose_device"), ExitStatus::ChooseDevice);
    /// ```
    pub enum ExitStatus {
        RequiresQuestions => "requires_questions",
        RequiresSelections => "requires_selections",
        RequiresCode => "requires_code",
        ChooseDevice => "choose_device",
        RequiresCredentials => "requires_credentials",
        RequiresAccountSelection => "requires_account_selection",
        RequiresOauth => "requires_oauth",
        InstitutionNotFound => "institution_not_found",
        InstitutionNotSupported => "institution_not_supported",
    }
}
