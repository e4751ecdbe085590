use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Extra, LinkInstitution};
use crate::{ErrorType, LinkSessionId, RequestId};

/// The first argument of `onExit`: the last error that the user met, if any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkError {
    /// The broad kind.
    pub error_type: Option<ErrorType>,
    /// What happened, such as `INVALID_LINK_TOKEN`; what programs decide by.
    pub error_code: Option<String>,
    /// For developers; may change at any time.
    pub error_message: Option<String>,
    /// For users; null when they can do nothing about it.
    pub display_message: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LinkError {
    /// Whether the Link token can no longer be used: a new token and a new handler are needed.
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

/// The second argument of `onExit`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExitMetadata {
    /// The institution that was chosen, if one was.
    pub institution: Option<LinkInstitution>,
    /// Where the user was.
    pub status: Option<ExitStatus>,
    /// This visit to Link.
    pub link_session_id: Option<LinkSessionId>,
    /// Link's last request.
    pub request_id: Option<RequestId>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// Where the user was when leaving Link.
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
