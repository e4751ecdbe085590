use plaid_types::LinkToken;
use plaid_types::link::{EventMetadata, EventName};
use serde::{Deserialize, Serialize};

/// Asks for a Link token: `POST /api/link/tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreateLinkToken {}

/// A Link token and how long it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTokenGrant {
    /// Opens Link.
    pub link_token: LinkToken,
    /// Seconds left by the server's clock when it answered: the browser's clock may be wrong.
    pub expires_in_seconds: u32,
}

/// What happened in Link, for funnels and support: `POST /api/link/events`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkEvents {
    /// At most 200.
    pub events: Vec<LinkEventReport>,
}

/// One call of `onEvent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkEventReport {
    /// Link's name for it.
    pub event_name: EventName,
    /// What Link said about it.
    pub metadata: EventMetadata,
}
