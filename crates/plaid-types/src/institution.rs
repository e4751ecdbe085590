use serde::{Deserialize, Serialize};

use crate::InstitutionId;

/// A bank or another place that keeps accounts.
///
/// Source: schema `Institution` of Plaid's OpenAPI specification, 2020-09-14.
///
/// ```
/// use plaid_types::Institution;
///
/// let bank: Institution =
///     serde_json::from_str(r#"{"institution_id":"ins_109508","name":"First Platypus Bank","oauth":false}"#)?;
/// assert!(!bank.oauth, "its users sign in inside of Link");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Institution {
    /// Plaid's name for it.
    pub institution_id: InstitutionId,
    /// Its name to show.
    pub name: String,
    /// What Plaid can ask of it.
    #[serde(default)]
    pub products: Vec<String>,
    /// Where it serves, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country_codes: Vec<String>,
    /// Its site; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A hexadecimal colour such as `#004966`; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// A PNG in base64, 152 × 152 pixels; only with `include_optional_metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Its routing numbers (United States).
    #[serde(default)]
    pub routing_numbers: Vec<String>,
    /// Whether the user signs in on the bank's own page.
    #[serde(default)]
    pub oauth: bool,
    /// Its health; only with `include_status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InstitutionStatus>,
}

/// How well an institution answers, product by product.
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
    /// Whether new Items can be linked: what decides Link's warning or block.
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
    /// The verdict.
    pub status: HealthStatus,
    /// When the verdict last changed, ISO 8601.
    #[serde(default)]
    pub last_status_change: Option<String>,
}

open_enum! {
    /// Whether an institution answers.
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
