//! The arguments of Link's callbacks `onSuccess`, `onExit` and `onEvent`.
//!
//! Source: Plaid's Link Web documentation, `plaid.com/docs/link/web/`. Every field may be null or missing;
//! an unknown field is kept in `extra`.

mod event;
mod exit;
mod success;

pub use event::{EventMetadata, EventName, MfaType, ViewName};
pub use exit::{ExitMetadata, ExitStatus, LinkError};
pub use success::{
    LinkAccount, LinkInstitution, SuccessMetadata, TransferStatus, VerificationStatus,
};

/// The fields that this version does not know, by key.
pub type Extra = json_struct::Object;
