//! Items, and the requests that connect and repair them.

use json_struct::{json_enum, json_struct};
use plaid_types::link::SuccessMetadata;
use plaid_types::{Account, InstitutionId, ItemId, PlaidError, PublicToken};

json_struct! {
    /// The request of `POST /api/items`: the arguments of Link's `onSuccess`.
    ///
    /// It can be repeated: the same public token has the same Item as its answer. The browser forwards the metadata
    /// unread, as `CreateItem<Object>`.
    pub struct CreateItem<M = SuccessMetadata> {
        /// The token that the backend exchanges. It lives 30 minutes.
        pub public_token: PublicToken = "public_token",
        /// The second argument of `onSuccess`.
        pub metadata: M = "metadata",
        /// Whether accounts that are connected already may be connected once more. Without it the answer is
        /// [`DuplicateItem`](crate::ProblemCode::DuplicateItem).
        pub allow_duplicate: bool = ?"allow_duplicate",
    }
}

json_struct! {
    /// The request of `POST /api/items/{id}/repaired`, after a visit in update mode succeeded.
    #[derive(Default, Eq)]
    pub strict struct RepairedItem {
        /// Whether the visit's Link token had account selection.
        pub account_selection: bool = "account_selection",
    }
}

json_struct! {
    /// A connected Item, as its owner sees it.
    pub struct Item {
        /// Plaid's `item_id`.
        pub id: ItemId = "id",
        /// Plaid's id of the institution; null if there is none.
        pub institution_id: Option<InstitutionId> = "institution_id",
        /// The institution's name to show.
        pub institution_name: String = "institution_name",
        /// The institution's colour, such as `#004966`.
        pub institution_color: Option<String> = "institution_color",
        /// Whether the Item works.
        pub status: ItemStatus = "status",
        /// Plaid's error, if the Item does not work.
        pub error: Option<PlaidError> = "error",
        /// The accounts that the user chose to share.
        pub accounts: Vec<Account> = "accounts",
        /// Whether the bank has accounts that the user can add in update mode with account selection.
        pub new_accounts_available: bool = "new_accounts_available",
        /// The time when the Item stops working unless the user repairs it, ISO 8601 in UTC; null if none is announced.
        pub disconnects_at: Option<String> = "disconnects_at",
        /// The time when the Item was connected, ISO 8601 in UTC.
        pub created_at: String = "created_at",
        /// The time when the balances were fetched, ISO 8601 in UTC; null until they are fetched for the first time.
        pub refreshed_at: Option<String> = "refreshed_at",
    }
}

json_enum! {
    /// The status of an Item.
    pub enum ItemStatus {
        /// The Item works.
        Healthy => "healthy",
        /// The user must sign in at the institution again.
        LoginRequired => "login_required",
        /// The Item fails for another reason, which is in `error`.
        Failing => "failing",
    }
}

json_struct! {
    /// The answer of `GET /api/items`: every Item of the user, newest first.
    #[derive(Default)]
    pub struct ItemList {
        /// The Items.
        pub items: Vec<Item> = "items",
        /// The number of the list's last change. Each process of the backend counts for itself.
        pub as_of: u64 = "as_of",
    }
}
