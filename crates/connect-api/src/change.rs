//! Changes of Items, as server-sent events.

use json_struct::{json_enum, json_struct};
use plaid_types::ItemId;

json_struct! {
    /// The data of a server-sent event named `change`, from `GET /api/events`.
    ///
    /// An event named `ready` opens the stream. Its data are the current [`as_of`](crate::ItemList::as_of): a list with
    /// another number must be fetched again. An event named `stale` means that another process of the backend changed
    /// something, and that every list must be fetched again.
    #[derive(Eq)]
    pub struct Change {
        /// The changed Item.
        pub item_id: ItemId = "item_id",
        /// The kind of change.
        pub kind: ChangeKind = "kind",
    }
}

json_enum! {
    /// A kind of change of an Item.
    pub enum ChangeKind {
        /// The Item is new.
        Connected => "connected",
        /// The Item was removed.
        Disconnected => "disconnected",
        /// Its transactions changed.
        Transactions => "transactions",
        /// Anything else changed.
        Changed => "changed",
    }
}
