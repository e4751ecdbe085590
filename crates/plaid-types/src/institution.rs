//! Institutions and their health.

use serde::{Deserialize, Serialize};

use crate::InstitutionId;

/// A bank or another financial institution.
///
/// Source: schema `Institution` of Plaid's OpenAPI specification, 2020-09-14.
///
/// ```
/// use plaid_types::Institution;
///
/// let bank: Institution =
///     serde_json::from_str(r#"{"institution_id":"ins_109508","name":"First Platypus Bank","oauth":false}"#)?;
/// assert!(!bank.oauth, "its users sign in inside Link");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Institution {
    /// Plaid's id of the institution.
    pub institution_id: InstitutionId,
    /// The name to show.
    pub name: String,
    /// The products that Plaid offers for it.
    #[serde(default)]
    pub products: Vec<String>,
    /// The countries it serves, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country_codes: Vec<String>,
    /// The address of its site; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The brand colour, in hexadecimal such as `#004966`; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// The logo, a PNG of 152 × 152 pixels in base64; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The routing numbers (United States).
    #[serde(default)]
    pub routing_numbers: Vec<String>,
    /// Whether the user signs in on the bank's own page.
    #[serde(default)]
    pub oauth: bool,
    /// The health; only with `include_status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InstitutionStatus>,
}

/// The health of an institution by product.
///
/// ```
/// use plaid_types::{HealthStatus, InstitutionStatus};
///
/// fn is_down(status: &InstitutionStatus) -> bool {
///     let logins = status.item_logins.as_ref();
///     logins.is_some_and(|logins| logins.status == HealthStatus::Down)
/// }
/// assert!(!is_down(&InstitutionStatus { item_logins: None }));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstitutionStatus {
    /// The health of new logins. Link warns or blocks by it.
    #[serde(default)]
    pub item_logins: Option<ProductStatus>,
}

/// The health of one product at an institution.
///
/// ```
/// use plaid_types::{HealthStatus, ProductStatus};
///
/// let status: ProductStatus = serde_json::from_str(r#"{"status":"DEGRADED"}"#)?;
/// assert_eq!(status.status, HealthStatus::Degraded);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductStatus {
    /// The present health.
    pub status: HealthStatus,
    /// The time of the last change, ISO 8601.
    #[serde(default)]
    pub last_status_change: Option<String>,
}

open_enum! {
    /// The health of a product at an institution.
    ///
    /// ```
    /// use plaid_types::HealthStatus;
    ///
    /// assert_eq!(HealthStatus::from("DOWN"), HealthStatus::Down);
    /// ```
    pub enum HealthStatus {
        Healthy => "HEALTHY",
        Degraded => "DEGRADED",
        Down => "DOWN",
    }
}
