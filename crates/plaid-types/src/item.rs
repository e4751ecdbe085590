use serde::{Deserialize, Serialize};

use crate::{InstitutionId, ItemId, PlaidError};

/// One login at one institution, as `/item/get` answers it.
///
/// Source: schema `Item` of Plaid's OpenAPI specification, 2020-09-14.
///
/// ```
/// use plaid_types::Item;
///
/// let item: Item = serde_json::from_str(r#"{"item_id":"item_1","error":null}"#)?;
/// assert!(item.error.is_none(), "nothing is wrong with it");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Plaid's name for it.
    pub item_id: ItemId,
    /// Where it is; null for Items of manually entered account numbers.
    #[serde(default)]
    pub institution_id: Option<InstitutionId>,
    /// The institution's name.
    #[serde(default)]
    pub institution_name: Option<String>,
    /// Where Plaid reports changes of it.
    #[serde(default)]
    pub webhook: Option<String>,
    /// What is wrong with it, if anything is.
    #[serde(default)]
    pub error: Option<PlaidError>,
    /// What could be added without the user.
    #[serde(default)]
    pub available_products: Vec<String>,
    /// What is billed.
    #[serde(default)]
    pub billed_products: Vec<String>,
    /// What is in use.
    #[serde(default)]
    pub products: Vec<String>,
    /// When the user's consent ends, ISO 8601; null when it does not.
    #[serde(default)]
    pub consent_expiration_time: Option<String>,
    /// `background`, or `user_present_required`.
    #[serde(default)]
    pub update_type: Option<String>,
}
