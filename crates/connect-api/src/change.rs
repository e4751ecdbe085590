use json_struct::{json_enum, json_struct};
use plaid_types::ItemId;

json_struct! {
    /// What `GET /api/events` tells an open page, as the data of a server-sent event named `change`.
    ///
    /// An event named `ready` opens the stream. Its data say how new a list of Items must be so that nothing was missed:
    /// one with another [`as_of`](crate::ItemList::as_of) is to be fetched anew. After one named `stale` every list is:
    /// another process of the backend changed something.
    #[derive(Eq)]
    pub struct Change {
        /// The Item that is new, different, or gone.
        pub item_id: ItemId = "item_id",
        /// Which of these.
        pub kind: ChangeKind = "kind",
    }
}

json_enum! {
    /// How an Item changed.
    pub enum ChangeKind {
        /// It is new.
        Connected => "connected",
        /// It is gone.
        Disconnected => "disconnected",
        /// Its transactions are different.
        Transactions => "transactions",
        /// It is different.
        Changed => "changed",
    }
}
