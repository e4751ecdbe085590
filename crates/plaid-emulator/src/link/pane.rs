//! The panes of Link.

use plaid_types::{
    PlaidError,
    link::{ExitStatus, MfaType, ViewName},
};

use super::challenge::{Answer, Challenge};

/// A pane of Link.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pane {
    /// The introduction, with the phone number.
    Consent { refused: bool },
    /// The code that was sent to the phone.
    VerifyPhone { phone: String, wrong: u8 },
    /// The banks that this phone number has connected before, by id.
    SavedBanks(&'static [&'static str]),
    /// The search for a bank.
    Banks { query: String },
    /// A problem of the chosen bank.
    BankProblem(BankProblem),
    /// Username and password.
    Credential { refused: bool },
    /// The wait for the bank, with its response.
    Loading(Answer),
    /// The bank's second factor.
    Mfa { challenge: Challenge, refused: bool },
    /// The choice of the accounts to share.
    Accounts { refused: bool },
    /// The link to the bank's own page.
    Oauth,
    /// The wait for the bank's own page.
    AtBank,
    /// A failure.
    Failed {
        error: PlaidError,
        status: ExitStatus,
        then: AfterFailure,
    },
    /// The confirmation of the exit.
    Exit { from: Box<Self> },
    /// The success.
    Connected,
    /// The end of the visit.
    Over(Ending),
}

/// A problem of a chosen bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BankProblem {
    /// It has problems, but the user can continue.
    Degraded,
    /// It does not respond.
    Down,
    /// It does not support a required product.
    Filtered,
}

/// What the user can do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Retry at the same bank.
    Retry,
    /// Choose another bank.
    OtherBank,
    /// Leave Link.
    Leave,
}

/// The result of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Success.
    Connected,
    /// Exit, with the status for `onExit`.
    Left(ExitStatus),
}

impl Pane {
    /// The name of the pane in events.
    pub(crate) fn view(&self) -> ViewName {
        match self {
            Self::Consent { .. } => ViewName::Consent,
            Self::VerifyPhone { .. } => ViewName::VerifyPhone,
            Self::SavedBanks(_) => ViewName::SelectSavedInstitution,
            Self::Banks { .. } | Self::BankProblem(_) => ViewName::SelectInstitution,
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

    /// The status for `onExit` if the user leaves from this pane.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Banks { .. } => ExitStatus::InstitutionNotFound,
            Self::BankProblem(BankProblem::Filtered) => ExitStatus::InstitutionNotSupported,
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
            | Self::BankProblem(BankProblem::Degraded | BankProblem::Down)
            | Self::Credential { .. }
            | Self::Loading(_)
            | Self::Connected
            | Self::Over(Ending::Connected) => ExitStatus::RequiresCredentials,
        }
    }

    /// Whether the user must confirm the exit from this pane.
    pub(crate) fn confirms_exit(&self) -> bool {
        match self {
            Self::Credential { .. }
            | Self::Loading(_)
            | Self::Mfa { .. }
            | Self::Accounts { .. }
            | Self::Oauth
            | Self::AtBank => true,
            Self::Failed { then, .. } => *then != AfterFailure::Leave,
            Self::Consent { .. }
            | Self::VerifyPhone { .. }
            | Self::SavedBanks(_)
            | Self::Banks { .. }
            | Self::BankProblem(_)
            | Self::Exit { .. }
            | Self::Connected
            | Self::Over(_) => false,
        }
    }
}
