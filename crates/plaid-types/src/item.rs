//! Items.

use serde::{Deserialize, Serialize};

use crate::{InstitutionId, ItemId, PlaidError};

/// An Item, from `/item/get`: one login at one institution.
///
/// Source: schema `Item` of Plaid's OpenAPI specification, 2020-09-14.
///
/// ```
/// use plaid_types::Item;
///
/// let item: Item = serde_json::from_str(r#"{"item_id":"item_1","error":null}"#)?;
/// assert!(item.error.is_none(), "the Item works");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Plaid's id of the Item.
    pub item_id: ItemId,
    /// The institution; null for Items with account numbers that the user typed in.
    #[serde(default)]
    pub institution_id: Option<InstitutionId>,
    /// The name of the institution.
    #[serde(default)]
    pub institution_name: Option<String>,
    /// The address of the webhooks about it.
    #[serde(default)]
    pub webhook: Option<String>,
    /// The present error, if any.
    #[serde(default)]
    pub error: Option<PlaidError>,
    /// The products that can be added without the user.
    #[serde(default)]
    pub available_products: Vec<String>,
    /// The products that are billed.
    #[serde(default)]
    pub billed_products: Vec<String>,
    /// The products that are in use.
    #[serde(default)]
    pub products: Vec<String>,
    /// The expiry of the user's consent, ISO 8601; null when it does not expire.
    #[serde(default)]
    pub consent_expiration_time: Option<String>,
    /// `background`, or `user_present_required`.
    #[serde(default)]
    pub update_type: Option<String>,
}
