//! Where in Link a user can be.

use plaid_types::{
    PlaidError,
    link::{ExitStatus, MfaType, ViewName},
};

use super::{bank::Answer, challenge::Challenge};

/// Where the user is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pane {
    /// What is about to happen, and the phone number.
    Consent { refused: bool },
    /// The code that was sent to the phone.
    VerifyPhone { phone: String, wrong: u8 },
    /// Banks that this phone number connected before, by id.
    SavedBanks(&'static [&'static str]),
    /// The search for a bank.
    Banks { query: String },
    /// The chosen bank cannot be connected, or not well.
    Unfit(Unfit),
    /// Username and password.
    Credential { refused: bool },
    /// The bank is being asked; this is what it will say.
    Loading(Answer),
    /// The bank's second factor.
    Mfa { challenge: Challenge, refused: bool },
    /// Which accounts to share.
    Accounts { refused: bool },
    /// The way to the bank's own page.
    Oauth,
    /// The bank's own page is open elsewhere.
    AtBank,
    /// Something failed.
    Failed {
        error: PlaidError,
        status: ExitStatus,
        then: Then,
    },
    /// Whether to leave really.
    Exit { from: Box<Self> },
    /// The Item is there.
    Connected,
    /// The visit is over.
    Over(Ending),
}

/// Why a chosen bank is not gone on with at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It has problems, but may be tried.
    Degraded,
    /// It does not answer.
    Down,
    /// It lacks a product that is asked for.
    Filtered,
}

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The same bank again.
    Retry,
    /// Another bank.
    OtherBank,
    /// Nothing: leave.
    Leave,
}

/// How a visit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With an Item.
    Connected,
    /// Without one; this is where the user was.
    Left(ExitStatus),
}

impl Pane {
    /// The pane's name in events.
    pub(crate) fn view(&self) -> ViewName {
        match self {
            Self::Consent { .. } => ViewName::Consent,
            Self::VerifyPhone { .. } => ViewName::VerifyPhone,
            Self::SavedBanks(_) => ViewName::SelectSavedInstitution,
            Self::Banks { .. } | Self::Unfit(_) => ViewName::SelectInstitution,
            Self::Credential { .. } => ViewName::Credential,
            Self::Loading(_) => ViewName::Loading,
            Self::Mfa { .. } => ViewName::Mfa,
            Self::Accounts { .. } => ViewName::SelectAccount,
            Self::Oauth | Self::AtBank => ViewName::Oauth,
            Self::Failed { .. } => ViewName::Error,
            Self::Exit { .. } | Self::Over(_) => ViewName::Exit,
            Self::Connected => ViewName::Connected,
        }
    }

    /// Where a user who leaves from here was, in the words of `onExit`.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Banks { .. } => ExitStatus::InstitutionNotFound,
            Self::Unfit(Unfit::Filtered) => ExitStatus::InstitutionNotSupported,
            Self::Mfa { challenge, .. } => match challenge.mfa_type() {
                MfaType::Device => ExitStatus::ChooseDevice,
                MfaType::Questions => ExitStatus::RequiresQuestions,
                MfaType::Selections => ExitStatus::RequiresSelections,
                _ => ExitStatus::RequiresCode,
            },
            Self::Accounts { .. } => ExitStatus::RequiresAccountSelection,
            Self::Oauth | Self::AtBank => ExitStatus::RequiresOauth,
            Self::Failed { status, .. } => status.clone(),
            Self::Exit { from } => from.exit_status(),
            Self::Over(Ending::Left(status)) => status.clone(),
            Self::Consent { .. }
            | Self::VerifyPhone { .. }
            | Self::SavedBanks(_)
            | Self::Unfit(Unfit::Degraded | Unfit::Down)
            | Self::Credential { .. }
            | Self::Loading(_)
            | Self::Connected
            | Self::Over(Ending::Connected) => ExitStatus::RequiresCredentials,
        }
    }

    /// Whether so much is done that leaving is asked about first.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        match self {
            Self::Credential { .. }
            | Self::Loading(_)
            | Self::Mfa { .. }
            | Self::Accounts { .. }
            | Self::Oauth
            | Self::AtBank => true,
            Self::Failed { then, .. } => *then != Then::Leave,
            Self::Consent { .. }
            | Self::VerifyPhone { .. }
            | Self::SavedBanks(_)
            | Self::Banks { .. }
            | Self::Unfit(_)
            | Self::Exit { .. }
            | Self::Connected
            | Self::Over(_) => false,
        }
    }
}
