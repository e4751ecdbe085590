use plaid_types::link::{EventMetadata, EventName};
use plaid_types::{ItemId, LinkToken};
use serde::{Deserialize, Serialize};

/// Asks for a Link token: `POST /api/link/tokens`. What is left out is as the backend is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreateLinkToken {
    /// The Item to repair: a token for update mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<ItemId>,
    /// In update mode, lets the user choose accounts anew.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub account_selection: bool,
    /// The language of Link, such as `es`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the banks are, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub country_codes: Vec<String>,
    /// A routing number whose bank is offered first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_number: Option<String>,
    /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appearance_mode: Option<String>,
}

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
