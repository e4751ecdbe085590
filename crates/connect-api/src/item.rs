use plaid_types::link::SuccessMetadata;
use plaid_types::{Account, InstitutionId, ItemId, PlaidError, PublicToken};
use serde::{Deserialize, Serialize};

/// Hands over what Link's `onSuccess` gave: `POST /api/items`.
///
/// Sent again with the same public token it answers the same Item: a lost answer costs nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateItem {
    /// Exchanged by the backend; lives 30 minutes.
    pub public_token: PublicToken,
    /// The second argument of `onSuccess`.
    #[serde(default)]
    pub metadata: SuccessMetadata,
    /// Connects accounts that are connected already once more; without it they are a
    /// [`DuplicateItem`](crate::ProblemCode::DuplicateItem).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_duplicate: bool,
}

/// A connected Item, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Plaid's `item_id`.
    pub id: ItemId,
    /// Plaid's name for the institution; null where there is none.
    pub institution_id: Option<InstitutionId>,
    /// The institution's name to show.
    pub institution_name: String,
    /// Its colour, such as `#004966`.
    pub institution_color: Option<String>,
    /// Whether it works.
    pub status: ItemStatus,
    /// What Plaid says is wrong, if anything is.
    pub error: Option<PlaidError>,
    /// The accounts that the user chose to share.
    pub accounts: Vec<Account>,
    /// The bank has accounts that the user could add: update mode with account selection.
    #[serde(default)]
    pub new_accounts_available: bool,
    /// When it stops working unless the user renews it, ISO 8601 in UTC; null when that is far or unknown.
    #[serde(default)]
    pub disconnects_at: Option<String>,
    /// When it was connected, ISO 8601 in UTC.
    pub created_at: String,
    /// When the balances were fetched, ISO 8601 in UTC.
    pub refreshed_at: String,
}

/// Whether an Item works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// All is well.
    #[default]
    Healthy,
    /// The user has to sign in at the institution again.
    LoginRequired,
    /// Something else is wrong; `error` says what.
    #[serde(other)]
    Failing,
}

/// Every Item of the user, newest first: `GET /api/items`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemList {
    /// The Items.
    pub items: Vec<Item>,
}
