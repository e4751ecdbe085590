//! The purpose of a flow.

use plaid_types::ItemId;

/// What a flow is for.
///
/// ```
/// use link_flow::{Purpose, State};
///
/// let repair = Purpose::Update { item_id: "item-1".into(), account_selection: false };
/// assert_eq!(State::new(repair.clone()).purpose, repair);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To connect a new Item.
    #[default]
    NewItem,
    /// To repair an Item, or to change what it shares: update mode. Nothing is exchanged.
    Update {
        /// The Item.
        item_id: ItemId,
        /// Whether the user chooses accounts anew.
        account_selection: bool,
    },
}

impl Purpose {
    pub(crate) fn into_parts(self) -> (Option<ItemId>, bool) {
        match self {
            Self::NewItem => (None, false),
            Self::Update {
                item_id,
                account_selection,
            } => (Some(item_id), account_selection),
        }
    }

    pub(crate) fn from_parts(item_id: Option<ItemId>, account_selection: bool) -> Self {
        match item_id {
            Some(item_id) => Self::Update {
                item_id,
                account_selection,
            },
            None => Self::NewItem,
        }
    }
}
