//! A Link session, its events and its result.

use plaid_types::{
    LinkSessionId, LinkToken, PublicToken,
    link::{EventMetadata, EventName, ExitMetadata, LinkError, SuccessMetadata},
};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::clock::iso;

/// A Link session.
#[derive(Clone, Debug)]
pub(crate) struct LinkSession {
    pub(crate) id: LinkSessionId,
    pub(crate) link_token: LinkToken,
    pub(crate) started_at: OffsetDateTime,
    pub(crate) finished_at: Option<OffsetDateTime>,
    pub(crate) events: Vec<SessionEvent>,
    pub(crate) end: Option<SessionEnd>,
}

/// An event of a Link session.
#[derive(Clone, Debug)]
pub(crate) struct SessionEvent {
    pub(crate) id: String,
    pub(crate) name: EventName,
    pub(crate) at: OffsetDateTime,
    pub(crate) metadata: EventMetadata,
}

/// The result of a Link session.
#[derive(Clone, Debug)]
pub(crate) enum SessionEnd {
    Success {
        public_token: PublicToken,
        metadata: SuccessMetadata,
    },
    Exit {
        error: Option<LinkError>,
        metadata: ExitMetadata,
    },
}

impl SessionEvent {
    /// The JSON of the event in `/link/token/get` and in the webhook `EVENTS`.
    pub(crate) fn to_json(&self) -> Value {
        let mut metadata = match json!(self.metadata) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        // Plaid omits unknown fields, and puts these two beside the metadata.
        metadata.retain(|name, value| {
            !value.is_null() && name != "timestamp" && name != "link_session_id"
        });
        json!({
            "event_id": self.id,
            "event_name": self.name,
            "timestamp": iso(self.at),
            "event_metadata": metadata,
        })
    }
}
