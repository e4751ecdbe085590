use plaid_types::ItemId;
use serde::{Deserialize, Serialize};

/// What `GET /api/events` tells an open page, as the data of a server-sent event named `change`.
///
/// After an event named `ready`, which opens the stream, changes may have been missed: fetch the Items anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The Item that is new, different, or gone.
    pub item_id: ItemId,
    /// Which of these.
    pub kind: ChangeKind,
}

/// How an Item changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Connected,
    /// It is gone.
    Disconnected,
    /// It is different.
    #[serde(other)]
    Changed,
}
