//! The purpose of a flow.

use plaid_types::ItemId;

/// The purpose of a flow or of one visit.
///
/// ```
/// use link_flow::{Purpose, State};
///
/// let repair = Purpose::Update { item_id: "item-1".into(), account_selection: false };
/// assert_eq!(State::new(repair.clone()).purpose, repair);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Connect a new Item.
    #[default]
    NewItem,
    /// Repair an Item or change what it shares, in update mode. No public token is exchanged.
    Update {
        /// The Item to update.
        item_id: ItemId,
        /// Whether the user selects accounts again.
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
