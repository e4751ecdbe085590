use json_struct::{json_enum, json_struct};
use plaid_types::link::SuccessMetadata;
use plaid_types::{Account, InstitutionId, ItemId, PlaidError, PublicToken};

json_struct! {
    /// Hands over what Link's `onSuccess` gave: `POST /api/items`.
    ///
    /// Sent again with the same public token it answers the same Item: a lost answer costs nothing.
    pub struct CreateItem {
        /// Exchanged by the backend; lives 30 minutes.
        pub public_token: PublicToken = "public_token",
        /// The second argument of `onSuccess`.
        pub metadata: SuccessMetadata = "metadata",
        /// Connects accounts that are connected already once more; without it they are a
        /// [`DuplicateItem`](crate::ProblemCode::DuplicateItem).
        pub allow_duplicate: bool = ?"allow_duplicate",
    }
}

json_struct! {
    /// Says that a visit in update mode went well: `POST /api/items/{id}/repaired`.
    #[derive(Default, Eq)]
    pub strict struct RepairedItem {
        /// Whether the user could choose the accounts anew, as the visit's Link token was made.
        pub account_selection: bool = ?"account_selection",
    }
}

json_struct! {
    /// A connected Item, as its owner sees it.
    pub struct Item {
        /// Plaid's `item_id`.
        pub id: ItemId = "id",
        /// Plaid's name for the institution; null where there is none.
        pub institution_id: Option<InstitutionId> = "institution_id",
        /// The institution's name to show.
        pub institution_name: String = "institution_name",
        /// Its colour, such as `#004966`.
        pub institution_color: Option<String> = "institution_color",
        /// Whether it works.
        pub status: ItemStatus = "status",
        /// What Plaid says is wrong, if anything is.
        pub error: Option<PlaidError> = "error",
        /// The accounts that the user chose to share.
        pub accounts: Vec<Account> = "accounts",
        /// The bank has accounts that the user could add: update mode with account selection.
        pub new_accounts_available: bool = "new_accounts_available",
        /// When it stops working unless the user renews it, ISO 8601 in UTC; null when that is far or unknown.
        pub disconnects_at: Option<String> = "disconnects_at",
        /// When it was connected, ISO 8601 in UTC.
        pub created_at: String = "created_at",
        /// When the balances were fetched, ISO 8601 in UTC; absent until they are fetched for the first time.
        pub refreshed_at: Option<String> = "refreshed_at",
    }
}

json_enum! {
    /// Whether an Item works.
    pub enum ItemStatus {
        /// All is well.
        Healthy => "healthy",
        /// The user has to sign in at the institution again.
        LoginRequired => "login_required",
        /// Something else is wrong; `error` says what.
        Failing => "failing",
    }
}

json_struct! {
    /// Every Item of the user, newest first: `GET /api/items`.
    #[derive(Default)]
    pub struct ItemList {
        /// The Items.
        pub items: Vec<Item> = "items",
        /// How new the list is: another number after every change. Each process of the backend counts for itself.
        pub as_of: u64 = "as_of",
    }
}
